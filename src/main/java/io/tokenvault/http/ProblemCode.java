package io.tokenvault.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything that can be wrong with a request or a token, with the status and title of its answer (RFC 9457), and the
 * cause and fix that the page at {@code /problems/<code>} tells.
 */
public enum ProblemCode {
    MALFORMED_REQUEST(
            400,
            "Malformed request",
            "The request cannot be read: invalid JSON, a field that is unknown, missing, doubled or of the wrong form,"
                    + " an unknown query parameter, a bad cursor or duration, or a broken URL.",
            "Read detail and errors in the answer, correct the request and send it again. Nothing was changed."),
    UNAUTHENTICATED(
            401,
            "Not authenticated",
            "No usable credential came with the request, or the one that came is not known here, was removed or has"
                    + " expired.",
            "Send Authorization: Bearer and a valid credential: an operator key (tvo_…) for the control plane, a"
                    + " connection token (tv_…) for the data path. In the header only, once."),
    FORBIDDEN(
            403,
            "Forbidden",
            "You are known, and may not do this: the role is missing, or the environment is not one of yours.",
            "Ask an operator with the role admin for the role or the environment."),
    NOT_FOUND(
            404,
            "Not found",
            "Nothing is here: the path does not exist, the object does not exist, or it is in an environment that is"
                    + " not yours.",
            "Check the path (no trailing slash, no double slash) and the id."),
    METHOD_NOT_ALLOWED(
            405,
            "Method not allowed",
            "The path exists, but not with this method.",
            "Use one of the methods in the Allow header."),
    NOT_ACCEPTABLE(
            406,
            "Not acceptable",
            "The Accept header excludes every form the answer could have.",
            "Accept application/json, or leave the header out."),
    CONFLICT(
            409,
            "Conflict",
            "The object is in a state that does not go with the request: a rotation is still overlapping, or another"
                    + " request is changing the same thing.",
            "Where the answer carries Retry-After, wait and repeat. While a token is retiring, rotate with overlap"
                    + " PT0S, or revoke the retiring token first."),
    INVALID_TRANSITION(
            409,
            "Invalid transition",
            "The status of the connection does not allow this operation.",
            "Read the status: reconnect a connection that requires reauthorization, resume a suspended one. A"
                    + " disconnected one is final: create a new connection."),
    BODY_TOO_LARGE(
            413,
            "Body too large",
            "The body is over the limit: 64 KiB, or 1 MiB for /v1/leaked-tokens, /v1/revocations and"
                    + " /v1/restored-database/decision.",
            "Send less, or in several requests."),
    UNSUPPORTED_MEDIA_TYPE(
            415,
            "Unsupported media type",
            "The body is not of a media type that is read here, or does not say what it is.",
            "Send Content-Type: application/json, with UTF-8 text."),
    IDEMPOTENCY_KEY_REUSED(
            422,
            "Idempotency key reused",
            "This Idempotency-Key came with another body before, in the last 24 hours.",
            "Use a new key for a new request. To repeat a request, repeat its body byte for byte."),
    RATE_LIMITED(
            429,
            "Rate limited",
            "More requests than the limit allows.",
            "Wait for the seconds in Retry-After, then go on more slowly."),
    INTERNAL_ERROR(
            500,
            "Internal error",
            "The service failed. The log holds the cause under the request id.",
            "Report the request id. Repeat a change with the same Idempotency-Key."),
    DATABASE_UNAVAILABLE(
            503,
            "Database unavailable",
            "The service cannot reach its database, so it can neither read nor change anything.",
            "Repeat after the seconds in Retry-After, a change with the same Idempotency-Key."),
    VALIDATION_UNAVAILABLE(
            503,
            "Validation unavailable",
            "This replica was cut off from its database for longer than its lease, and does not guess.",
            "Repeat after the seconds in Retry-After, or ask another replica."),
    DATABASE_RESTORED(
            503,
            "Database restored",
            "The database was restored from an old dump: decisions that were confirmed are missing in it, revocations"
                    + " perhaps among them. No verdict is given and no token is issued on such ground.",
            "An operator with the role admin decides at POST /v1/restored-database/decision; the runbook"
                    + " database-restored says how."),

    MALFORMED(
            401,
            "Malformed token",
            "The text is no token of this service: wrong shape, or a checksum that does not fit, often a copy that"
                    + " lost characters.",
            "Send the token exactly as it was shown when it was issued."),
    UNKNOWN(
            401,
            "Unknown token",
            "The token has the right form, but was never issued here.",
            "Check that it is sent to the deployment that issued it, then rotate for a new one."),
    WRONG_ENVIRONMENT(
            401,
            "Wrong environment",
            "The token belongs to another environment, for example a sandbox token used in production.",
            "Use the token that was issued for this environment."),
    REVOKED(
            401,
            "Revoked token",
            "The token was revoked. It will not work again.",
            "Ask whoever operates the connection for a new token."),
    ROTATED(
            401,
            "Rotated token",
            "The token was replaced by a newer one, and its overlap is over.",
            "Read the current token where your deployment keeps it."),
    EXPIRED(
            401,
            "Expired token",
            "The token reached the end of its life, or went unused for longer than the environment allows.",
            "Ask whoever operates the connection to rotate it."),
    REAUTHORIZATION_REQUIRED(
            401,
            "Reauthorization required",
            "The source system no longer accepts the credentials behind this connection.",
            "The customer connects again; that gives new credentials and a new token."),
    CONNECTION_SUSPENDED(
            401,
            "Connection suspended",
            "The security team suspended the connection. Its tokens work again when it is resumed.",
            "Ask the security team."),
    CONNECTION_DISCONNECTED(
            401,
            "Connection disconnected",
            "The connection was disconnected for good, and its secrets were deleted.",
            "Create a new connection."),
    SOURCE_IP_NOT_ALLOWED(
            403,
            "Source address not allowed",
            "The connection may be used from certain addresses only, and the request came from another one, or from"
                    + " an unknown one.",
            "Call from an allowed address, or have allowed_cidrs of the connection changed."),
    INSUFFICIENT_SCOPE(
            403,
            "Insufficient scope",
            "The connection does not carry every scope that this request needs.",
            "Have the scopes of the connection changed.");

    private final int status;
    private final String title;
    private final String cause;
    private final String fix;

    ProblemCode(int status, String title, String cause, String fix) {
        this.status = status;
        this.title = title;
        this.cause = cause;
        this.fix = fix;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public String cause() {
        return cause;
    }

    public String fix() {
        return fix;
    }

    /** As in JSON and in {@code /problems/<code>}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ProblemCode> parse(String code) {
        return Arrays.stream(values())
                .filter(problem -> problem.code().equals(code))
                .findFirst();
    }
}
