package io.tokenvault.secrets.azure;

import com.azure.core.exception.HttpResponseException;
import com.microsoft.aad.msal4j.MsalServiceException;
import com.microsoft.aad.msal4j.MsalThrottlingException;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.azure.AzureIdentity.CredentialsUnreadable;
import io.tokenvault.secrets.azure.AzureIdentity.Login;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** One exchange with the vault failed, for a reason that is still to be put into the words of the interface. */
final class AzureCallFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the exchange was for. */
    enum Kind {
        READ,
        WRITE
    }

    private final Kind kind;
    private final transient Throwable reason;
    private final transient @Nullable AzureRefusal refusal;

    AzureCallFailure(Kind kind, Throwable reason) {
        super(kind + " failed", null, false, false);
        this.kind = kind;
        this.reason = reason;
        // An exception without an answer in it is none of the vault's.
        this.refusal = reason instanceof HttpResponseException refused && refused.getResponse() != null
                ? AzureRefusal.of(refused)
                : null;
    }

    boolean is(AzureRefusal.Reason expected) {
        return refusal != null && refusal.reason() == expected;
    }

    /** Whether a new login may help: one failed, with what may be an old secret, or the vault refused its token. */
    boolean isUnauthenticated() {
        return isLogin() ? at("", "", null) instanceof Denied : refusal != null && refusal.status() == 401;
    }

    /** Whether it was a write, and it may have been done all the same. */
    boolean mayHaveHappened() {
        return at("", "", null) instanceof OutcomeUnknown;
    }

    private boolean isLogin() {
        return reason instanceof Login.Failed || reason instanceof CredentialsUnreadable;
    }

    /** The failure in the words of the interface; without a name for a check. */
    SecretsBackendException at(String backend, String operation, @Nullable SecretName name) {
        if (isLogin()) {
            return login(new Site(backend, "login", null, detail(), null));
        }
        return refusal == null
                ? unanswered(new Site(backend, operation, name, detail(), null))
                : refused(new Site(backend, operation, name, detail(), refusal.requestId()), refusal);
    }

    private String detail() {
        if (refusal != null) {
            return status(refusal.status(), refusal.code());
        }
        return switch (reason) {
            case CredentialsUnreadable unreadable -> "a file with our credentials: " + unreadable.getMessage();
            case Login.Failed failed ->
                caused(failed, MsalServiceException.class)
                        .map(refused -> status(refused.statusCode(), refused.errorCode()))
                        .orElseGet(() -> innermost(failed).getClass().getSimpleName());
            // The messages of other classes may quote what was sent or received.
            default -> innermost(reason).getClass().getSimpleName();
        };
    }

    /** Codes are words of the vendor's; anything else in their place is none. */
    private static String status(@Nullable Integer status, @Nullable String code) {
        return "status " + status + (code != null && code.matches("[A-Za-z_]{1,40}") ? " " + code : "");
    }

    private SecretsBackendException login(Site site) {
        if (reason instanceof CredentialsUnreadable
                || caused(reason, FileSystemException.class).isPresent()) {
            return new Denied(site);
        }
        Optional<MsalThrottlingException> throttled = caused(reason, MsalThrottlingException.class);
        if (throttled.isPresent()) {
            return new Unavailable(site, Duration.ofMillis(throttled.get().retryInMs()));
        }
        Optional<MsalServiceException> refused = caused(reason, MsalServiceException.class);
        if (refused.isPresent()) {
            Integer status = refused.get().statusCode();
            // A wrong secret, an unknown application, a tenant that does not know it.
            return status != null && status >= 400 && status < 500 && status != 429
                    ? new Denied(site)
                    : new Unavailable(site, null);
        }
        boolean unanswered = caused(reason, IOException.class).isPresent()
                || caused(reason, TimeoutException.class).isPresent();
        return unanswered ? new Unavailable(site, null) : new Denied(site);
    }

    private SecretsBackendException unanswered(Site site) {
        boolean unsent = caused(reason, ConnectException.class).isPresent()
                || caused(reason, HttpConnectTimeoutException.class).isPresent()
                || caused(reason, SSLHandshakeException.class).isPresent();
        if (unsent) {
            return new Unavailable(site, null);
        }
        if (kind == Kind.WRITE) {
            return new OutcomeUnknown(site);
        }
        return switch (reason) {
            case TimeoutException _, IOException _, InterruptedException _ -> new Unavailable(site, null);
            default -> new Rejected(site);
        };
    }

    private SecretsBackendException refused(Site site, AzureRefusal refusal) {
        return switch (refusal.status()) {
            case 401, 403 -> new Denied(site);
            // A conflict is with another operation on the same name; both it and a throttled request did nothing.
            case 409, 429 -> new Unavailable(site, refusal.retryAfter());
            default -> {
                if (refusal.status() >= 400 && refusal.status() < 500 && refusal.status() != 408) {
                    yield new Rejected(site);
                }
                if (kind == Kind.WRITE) {
                    yield new OutcomeUnknown(site);
                }
                yield refusal.status() >= 400 ? new Unavailable(site, refusal.retryAfter()) : new Rejected(site);
            }
        };
    }

    private static <T extends Throwable> Optional<T> caused(Throwable failed, Class<T> type) {
        for (Throwable at = failed; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return Optional.of(type.cast(at));
            }
        }
        return Optional.empty();
    }

    private static Throwable innermost(Throwable failed) {
        Throwable at = failed;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }
}
