package io.tokenvault.secrets.aws;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.Tag;

/**
 * The secret under one name, during one operation. The id of a version is made of name and generation, so that a
 * repeated write is the same write. Refusals are known by their code (AWS Secrets Manager API Reference); each
 * method says which of them it expects.
 */
final class AwsSecret {
    private static final String CURRENT = "AWSCURRENT";
    private static final String PENDING = "AWSPENDING";
    private static final String NOT_FOUND = "ResourceNotFoundException";
    private static final String EXISTS = "ResourceExistsException";
    private static final String INVALID_PARAMETER = "InvalidParameterException";
    private static final String INVALID_REQUEST = "InvalidRequestException";

    private final AwsExchanges exchanges;
    private final SecretName name;
    private final AwsPolicy policy;

    AwsSecret(AwsExchanges exchanges, SecretName name, AwsPolicy policy) {
        this.exchanges = exchanges;
        this.name = name;
        this.policy = policy;
    }

    /** What is under the name. */
    sealed interface Found {}

    /** No secret, or one without a current value. */
    record Absent() implements Found {}

    /** A secret that nobody can read, and that can still be restored. */
    record Scheduled() implements Found {}

    /**
     * A current value.
     *
     * @param version the version that holds it
     * @param value empty when somebody else put something there that is no value of ours
     */
    record Present(String version, Optional<SecretValue> value) implements Found {
        long generation() {
            return value.map(SecretValue::generation).orElse(0L);
        }
    }

    /** What is there now. Asks for the value by its label, which is what a write moves. */
    Found find() {
        try {
            GetSecretValueResponse answer = exchanges.read(client -> client.getSecretValue(
                    request -> request.secretId(name.path()).versionStage(CURRENT)));
            if (answer.versionId() == null) {
                throw nonsense("an answer without a version");
            }
            return new Present(answer.versionId(), value(answer.secretString()));
        } catch (AwsCallFailure failed) {
            if (failed.is(NOT_FOUND)) {
                return new Absent();
            }
            if (isBlocked(failed)) {
                return new Scheduled();
            }
            throw failed;
        }
    }

    /** Makes the secret with its first value; false when there is one under the name by now. */
    boolean created(SecretValue value, long generation) {
        String version = versionOf(generation);
        try {
            CreateSecretResponse answer =
                    exchanges.write(client -> client.createSecret(request -> request.name(name.path())
                            .clientRequestToken(version)
                            .secretString(text(value))
                            .kmsKeyId(policy.kmsKeyId().orElse(null))
                            .tags(tags())));
            return version.equals(answer.versionId());
        } catch (AwsCallFailure failed) {
            if (failed.is(EXISTS)) {
                return false;
            }
            if (failed.is(INVALID_REQUEST)) {
                if (describe().isPresent()) {
                    return false;
                }
                throw new Unavailable(exchanges.site("a deletion still blocks the name", null), null);
            }
            throw failed;
        }
    }

    /**
     * Makes a new current value, unless {@code holder} is no longer the version that holds it; then false. The value
     * waits under a label of its own until the label of the current one is moved, which is the only conditional write
     * that there is. A lost race leaves it there, where no consumer looks.
     *
     * @param holder null when no version holds the label
     */
    boolean replaced(@Nullable String holder, SecretValue value, long generation) {
        String version = versionOf(generation);
        return staged(version, value) && promoted(version, holder);
    }

    private boolean staged(String version, SecretValue value) {
        try {
            exchanges.write(client -> client.putSecretValue(request -> request.secretId(name.path())
                    .clientRequestToken(version)
                    .secretString(text(value))
                    .versionStages(PENDING)));
            return true;
        } catch (AwsCallFailure failed) {
            // Another value of this generation was first, and stays its only one.
            if (failed.is(EXISTS)) {
                return true;
            }
            return notOurTurn(failed);
        }
    }

    private boolean promoted(String version, @Nullable String holder) {
        try {
            exchanges.write(client -> client.updateSecretVersionStage(request -> request.secretId(name.path())
                    .versionStage(CURRENT)
                    .moveToVersionId(version)
                    .removeFromVersionId(holder)));
            return true;
        } catch (AwsCallFailure failed) {
            // Also when an attempt before, whose answer was lost, has moved the label already.
            return !failed.is(INVALID_PARAMETER) && notOurTurn(failed);
        }
    }

    /** False when somebody deleted the secret between two exchanges; the failure otherwise. */
    private boolean notOurTurn(AwsCallFailure failed) {
        if (failed.is(NOT_FOUND) || isBlocked(failed)) {
            return false;
        }
        throw failed;
    }

    /** Makes a secret readable again that is scheduled for deletion; only ours, by its tags. */
    void restore() {
        Optional<DescribeSecretResponse> described = describe();
        if (described.isPresent() && !described.get().tags().containsAll(tags())) {
            throw nonsense("scheduled for deletion, and its tags are not ours");
        }
        try {
            exchanges.write(client -> client.restoreSecret(request -> request.secretId(name.path())));
        } catch (AwsCallFailure failed) {
            if (!failed.is(NOT_FOUND) && !failed.is(INVALID_REQUEST)) {
                throw failed;
            }
        }
    }

    /** Deletes the secret as the policy says; what is not there, or deleted already, stays so. */
    void delete() {
        try {
            exchanges.write(client -> client.deleteSecret(request -> {
                request.secretId(name.path());
                policy.apply(request);
            }));
        } catch (AwsCallFailure failed) {
            if (!failed.is(NOT_FOUND) && !isBlocked(failed)) {
                throw failed;
            }
        }
    }

    /** What the service says about the secret, without its value; empty when there is none. */
    Optional<DescribeSecretResponse> describe() {
        try {
            return Optional.of(
                    exchanges.read(client -> client.describeSecret(request -> request.secretId(name.path()))));
        } catch (AwsCallFailure failed) {
            if (failed.is(NOT_FOUND)) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    // The code alone has other reasons too, and what it is for stands in the message only.
    private boolean isBlocked(AwsCallFailure failed) {
        return failed.is(INVALID_REQUEST)
                && describe().filter(secret -> secret.deletedDate() != null).isPresent();
    }

    private Rejected nonsense(String detail) {
        return new Rejected(exchanges.site(detail, null));
    }

    private String versionOf(long generation) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest((name.path() + "\n" + generation).getBytes(US_ASCII));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private List<Tag> tags() {
        List<Tag> tags = new ArrayList<>();
        tags.add(tag("application", SecretName.APPLICATION));
        tags.add(tag("environment", name.environment().value()));
        if (name instanceof SecretName.ConnectionToken token) {
            tags.add(tag("connection", token.connection().value()));
        }
        return tags;
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static String text(SecretValue value) {
        return value.reveal().toString();
    }

    private static Optional<SecretValue> value(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(SecretValue::parse);
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }
}
