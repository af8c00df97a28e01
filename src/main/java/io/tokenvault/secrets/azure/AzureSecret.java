package io.tokenvault.secrets.azure;

import com.azure.core.http.rest.Response;
import com.azure.security.keyvault.secrets.models.DeletedSecret;
import com.azure.security.keyvault.secrets.models.KeyVaultSecret;
import com.azure.security.keyvault.secrets.models.SecretProperties;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.azure.AzureRefusal.Reason;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secret under one name, during one operation. The parts of the name are joined by {@code -}; the value is its
 * JSON text; tags say whose it is and its generation, which a list of versions shows without their values (Key Vault
 * REST API 7.6, "Secrets").
 */
final class AzureSecret {
    private static final String CONTENT_TYPE = "application/json";
    private static final String GENERATION = "generation";
    private static final String LATEST = "";
    /** The SDK's own pause of a second before it looks how far something got; we look ourselves. */
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    /** So many versions are looked through; with more of them the sweep has to find what was covered. */
    private static final int VERSIONS = 500;

    private final AzureExchanges exchanges;
    private final SecretName owner;
    private final String name;

    AzureSecret(AzureExchanges exchanges) {
        this.exchanges = exchanges;
        this.owner = exchanges.name();
        this.name = String.join("-", owner.segments());
    }

    /** What is under a name. */
    sealed interface Found {
        /** The generation of the value, 0 without one of ours. */
        default long generation() {
            return this instanceof Present(Optional<SecretValue> value)
                    ? value.map(SecretValue::generation).orElse(0L)
                    : 0;
        }
    }

    /** Nothing that can be read: no secret, a deleted one, or one whose current version is disabled. */
    record Absent() implements Found {}

    /** A value; empty when somebody else put something there that is no value of ours. */
    record Present(Optional<SecretValue> value) implements Found {}

    /** The current version. */
    Found find() {
        return find(LATEST);
    }

    private Found find(String version) {
        try {
            KeyVaultSecret found = exchanges
                    .read(client -> client.getSecretWithResponse(name, version))
                    .getValue();
            return new Present(parsed(found.getValue()));
        } catch (AzureCallFailure failed) {
            if (failed.is(Reason.ABSENT) || failed.is(Reason.DISABLED)) {
                return new Absent();
            }
            throw failed;
        }
    }

    /** Makes {@code value} the current version, whatever was; false when a deleted secret blocks the name. */
    boolean set(SecretValue value) {
        KeyVaultSecret secret = new KeyVaultSecret(name, value.reveal().toString());
        secret.setProperties(new SecretProperties().setContentType(CONTENT_TYPE).setTags(tags(value.generation())));
        try {
            exchanges.write(client -> client.setSecretWithResponse(secret));
            return true;
        } catch (AzureCallFailure failed) {
            if (failed.is(Reason.BLOCKED) || failed.is(Reason.BEING_DELETED)) {
                return false;
            }
            throw failed;
        }
    }

    /** The value of the latest generation among all versions, when it is later than that. */
    Optional<SecretValue> laterThan(long generation) {
        Optional<SecretProperties> latest = exchanges.read(client -> client.listPropertiesOfSecretVersions(name)
                .take(VERSIONS)
                .filter(version -> !Boolean.FALSE.equals(version.isEnabled()))
                .filter(version -> isOurs(version.getTags()) && generationIn(version.getTags()) > generation)
                .collectList()
                .map(later ->
                        later.stream().max(Comparator.comparingLong(version -> generationIn(version.getTags())))));
        return latest.map(SecretProperties::getVersion)
                .map(this::find)
                .filter(found -> found.generation() > generation)
                .flatMap(found -> found instanceof Present(Optional<SecretValue> value) ? value : Optional.empty());
    }

    /** What a deletion left behind, as far as it is over; who owned it, and its generation. */
    record Deleted(boolean isOurs, long generation) {}

    /** The deleted secret; empty when there is none, also while it is just being deleted or brought back. */
    Optional<Deleted> deleted() {
        try {
            DeletedSecret found = exchanges
                    .read(client -> client.getDeletedSecretWithResponse(name))
                    .getValue();
            Map<String, String> tags = found.getProperties().getTags();
            return Optional.of(new Deleted(isOurs(tags), generationIn(tags)));
        } catch (AzureCallFailure failed) {
            if (failed.is(Reason.ABSENT)) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    /** Starts to bring the deleted secret back, with all its versions. */
    void recover() {
        try {
            exchanges.write(client -> client.beginRecoverDeletedSecret(name)
                    .setPollInterval(AT_ONCE)
                    .next());
        } catch (AzureCallFailure failed) {
            if (!failed.is(Reason.ABSENT) && !failed.is(Reason.BLOCKED) && !failed.is(Reason.BEING_DELETED)) {
                throw failed;
            }
        }
    }

    /** Starts to delete the secret; false when there is none, or it was deleted already. */
    boolean delete() {
        try {
            exchanges.write(client ->
                    client.beginDeleteSecret(name).setPollInterval(AT_ONCE).next());
            return true;
        } catch (AzureCallFailure failed) {
            if (failed.is(Reason.ABSENT) || failed.is(Reason.BEING_DELETED)) {
                return false;
            }
            throw failed;
        }
    }

    /** Starts to remove the deleted secret for good; false while there is none, or its deletion is not over. */
    boolean purge() {
        try {
            Response<Void> done = exchanges.write(client -> client.purgeDeletedSecretWithResponse(name));
            return done.getStatusCode() < 300;
        } catch (AzureCallFailure failed) {
            if (failed.is(Reason.ABSENT) || failed.is(Reason.BLOCKED) || failed.is(Reason.BEING_DELETED)) {
                return false;
            }
            throw failed;
        }
    }

    private Map<String, String> tags(long generation) {
        Map<String, String> tags = owners();
        tags.put(GENERATION, Long.toString(generation));
        return tags;
    }

    private Map<String, String> owners() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("application", SecretName.APPLICATION);
        tags.put("environment", owner.environment().value());
        if (owner instanceof SecretName.ConnectionToken token) {
            tags.put("connection", token.connection().value());
        }
        return tags;
    }

    private boolean isOurs(@Nullable Map<String, String> tags) {
        return tags != null && tags.entrySet().containsAll(owners().entrySet());
    }

    private static long generationIn(@Nullable Map<String, String> tags) {
        try {
            return tags == null ? 0 : Long.parseLong(tags.getOrDefault(GENERATION, "0"));
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }

    private static Optional<SecretValue> parsed(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(SecretValue::parse);
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }
}
