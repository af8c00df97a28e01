package io.tokenvault.secrets.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.vault.VaultCredentials.CredentialsUnreadable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** One exchange with the server failed, for a reason that is still to be put into the words of the interface. */
final class VaultCallFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the exchange was for. */
    enum Kind {
        LOGIN,
        READ,
        WRITE
    }

    private final Kind kind;
    private final transient Throwable reason;

    VaultCallFailure(Kind kind, Throwable reason) {
        super(kind + " failed", null, false, false);
        this.kind = kind;
        this.reason = reason;
    }

    boolean is(VaultRefusal.Reason expected) {
        return reason instanceof VaultRefusal refusal && refusal.reason() == expected;
    }

    /** The version of what is absent; only after {@link VaultRefusal.Reason#ABSENT}. */
    int deletedVersion() {
        return reason instanceof VaultRefusal refusal ? refusal.deletedVersion() : 0;
    }

    /** The custom metadata of what is absent, as far as it is told; only after {@link VaultRefusal.Reason#ABSENT}. */
    JsonNode deletedCustomMetadata() {
        return reason instanceof VaultRefusal refusal ? refusal.deletedCustomMetadata() : MissingNode.getInstance();
    }

    /** Whether the server refused the request itself, and would refuse it again. */
    boolean isRefused() {
        return reason instanceof VaultRefusal refusal
                && switch (refusal.status()) {
                    case 400, 403, 404, 405 -> refusal.reason() != VaultRefusal.Reason.UNKNOWN_NAMESPACE;
                    default -> false;
                };
    }

    /** Whether another login may help: the server says the same of a token that ended and of one without the right. */
    boolean isForbidden() {
        return kind != Kind.LOGIN && reason instanceof VaultRefusal refusal && refusal.status() == 403;
    }

    /** The failure in the words of the interface; without a name for a login or a check. */
    SecretsBackendException at(String backend, String operation, @Nullable SecretName name) {
        return as(new Site(backend, operation, name, detail(), null));
    }

    private String detail() {
        return switch (reason) {
            case VaultRefusal refusal ->
                refusal.reason() == VaultRefusal.Reason.UNKNOWN_NAMESPACE
                        ? "status 404, the namespace is unknown"
                        : "status " + refusal.status();
            case CredentialsUnreadable unreadable -> "a file with our credentials: " + unreadable.getMessage();
            // The messages of other classes may quote what was sent or received.
            default -> reason.getClass().getSimpleName();
        };
    }

    private SecretsBackendException as(Site site) {
        return switch (reason) {
            case VaultRefusal refusal -> as(site, refusal);
            case CredentialsUnreadable _ -> new Denied(site);
            case ConnectException _, HttpConnectTimeoutException _, SSLHandshakeException _ ->
                new Unavailable(site, null);
            case TimeoutException _, IOException _, InterruptedException _ -> unanswered(site);
            // An answer that is none of the server's: of a read it says nothing, of a write it does not say "no"
            // either.
            default -> kind == Kind.WRITE ? new OutcomeUnknown(site) : new Rejected(site);
        };
    }

    private SecretsBackendException as(Site site, VaultRefusal refusal) {
        if (refusal.reason() == VaultRefusal.Reason.UNKNOWN_NAMESPACE) {
            return new Denied(site);
        }
        return switch (refusal.status()) {
            case 401, 403 -> new Denied(site);
            // A login with a wrong secret id, or an identity that is not bound to the role.
            case 400 -> kind == Kind.LOGIN ? new Denied(site) : new Rejected(site);
            // An election (307), an index that is not here yet (412), a quota or a standby (429, 472 to 474), sealed,
            // starting or overloaded (503), removed from the cluster (530): nothing was done.
            case 307, 412, 429, 472, 473, 474, 503, 530 -> new Unavailable(site, refusal.retryAfter());
            default -> refusal.status() >= 500 ? unanswered(site) : new Rejected(site);
        };
    }

    private SecretsBackendException unanswered(Site site) {
        return kind == Kind.WRITE ? new OutcomeUnknown(site) : new Unavailable(site, null);
    }
}
