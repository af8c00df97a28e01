package io.tokenvault.secrets;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to a secrets backend failed. Carries where and what, never a value, a body or the vendor's exception, whose
 * texts may hold either.
 */
public sealed class SecretsBackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Where a call failed.
     *
     * @param backend the configured name of the backend
     * @param operation put, get, delete, check or login
     * @param name the secret; null for check and login
     * @param detail class and status of the vendor's failure; no text of its body
     * @param requestId the vendor's id of the request; null when it gave none
     */
    public record Site(
            String backend,
            String operation,
            @Nullable SecretName name,
            String detail,
            @Nullable String requestId) {
        @Override
        public String toString() {
            return "backend " + backend + ", " + operation + (name == null ? "" : " " + name.path()) + ": " + detail
                    + (requestId == null ? "" : " (request " + requestId + ")");
        }
    }

    private final Site site;

    private SecretsBackendException(String meaning, Site site) {
        super(meaning + ": " + site, null, false, true);
        this.site = site;
    }

    public Site site() {
        return site;
    }

    /** Nothing happened: refused, throttled, sealed or overloaded. Try again later. */
    public static final class Unavailable extends SecretsBackendException {
        private static final long serialVersionUID = 1L;
        private final @Nullable Duration retryAfter;

        public Unavailable(Site site, @Nullable Duration retryAfter) {
            super("unavailable", site);
            this.retryAfter = retryAfter;
        }

        /** When the store asked to be called again; empty when it did not say. */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }

    /** The request was sent and no answer came: it may have happened. Repeat the same call. */
    public static final class OutcomeUnknown extends SecretsBackendException {
        private static final long serialVersionUID = 1L;

        public OutcomeUnknown(Site site) {
            super("outcome unknown", site);
        }
    }

    /** Our identity or its policy does not allow it. Repeating does not help; somebody has to act. */
    public static final class Denied extends SecretsBackendException {
        private static final long serialVersionUID = 1L;

        public Denied(Site site) {
            super("denied", site);
        }
    }

    /** The store refused the request, or its answer made no sense. Repeating does not help. */
    public static final class Rejected extends SecretsBackendException {
        private static final long serialVersionUID = 1L;

        public Rejected(Site site) {
            super("rejected", site);
        }
    }
}
