package io.tokenvault.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends a request with a problem document (RFC 9457). Thrown at the edge only; the domain knows no HTTP. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ProblemCode code;
    private final transient List<FieldError> errors;
    private final transient @Nullable Duration retryAfter;
    private final boolean badCredential;

    private ProblemException(
            ProblemCode code,
            String detail,
            List<FieldError> errors,
            @Nullable Duration retryAfter,
            boolean badCredential) {
        super(detail, null, false, false);
        this.code = code;
        this.errors = errors;
        this.retryAfter = retryAfter;
        this.badCredential = badCredential;
    }

    public static ProblemException of(ProblemCode code, String detail) {
        return new ProblemException(code, detail, List.of(), null, false);
    }

    public static ProblemException retryable(ProblemCode code, String detail, Duration retryAfter) {
        return new ProblemException(code, detail, List.of(), retryAfter, false);
    }

    /** 401 for a request that came without a credential; the challenge names no error (RFC 6750 §3.1). */
    public static ProblemException noCredential(String detail) {
        return of(ProblemCode.UNAUTHENTICATED, detail);
    }

    /** 401 for a credential that is not accepted; the challenge says {@code error="invalid_token"} (RFC 6750 §3.1). */
    public static ProblemException badCredential(String detail) {
        return new ProblemException(ProblemCode.UNAUTHENTICATED, detail, List.of(), null, true);
    }

    /** 400 for fields of the body. */
    public static ProblemException invalid(List<FieldError> errors) {
        FieldError first = errors.getFirst();
        return new ProblemException(
                ProblemCode.MALFORMED_REQUEST,
                first.field() + ": " + first.message(),
                List.copyOf(errors),
                null,
                false);
    }

    /** 400 for a request that cannot be read at all. */
    public static ProblemException malformed(String detail) {
        return of(ProblemCode.MALFORMED_REQUEST, detail);
    }

    public ProblemCode code() {
        return code;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    public List<FieldError> errors() {
        return errors;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The {@code WWW-Authenticate} of the answer: on every 401, and on 403 for a missing scope (RFC 6750 §3). A verdict
     * about a token always names {@code invalid_token}.
     */
    public Optional<String> challenge() {
        if (code == ProblemCode.INSUFFICIENT_SCOPE) {
            return Optional.of("Bearer realm=\"token-vault\", error=\"insufficient_scope\"");
        }
        if (code.status() != 401) {
            return Optional.empty();
        }
        return code == ProblemCode.UNAUTHENTICATED && !badCredential
                ? Optional.of("Bearer realm=\"token-vault\"")
                : Optional.of("Bearer realm=\"token-vault\", error=\"invalid_token\"");
    }
}
