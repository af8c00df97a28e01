package io.tokenvault.secrets.aws;

import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** One exchange with the service failed, for a reason that is still to be put into the words of the interface. */
final class AwsCallFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    // What a proxy answers in the name of the service is free text.
    private static final Pattern CODE = Pattern.compile("[A-Za-z.]{1,64}");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final boolean mayHaveHappened;
    private final @Nullable Duration retryAfter;
    private final transient Throwable reason;

    AwsCallFailure(AwsExchange exchange, Throwable reason) {
        super(exchange + " failed", null, false, false);
        this.mayHaveHappened = exchange.mayHaveHappened();
        this.retryAfter = exchange.retryAfter();
        this.reason = reason;
    }

    /** Whether the service refused, giving that code: it says the same with another status at another time. */
    boolean is(String code) {
        return reason instanceof AwsServiceException refusal && code(refusal).equals(code);
    }

    /** The failure in the words of the interface. */
    SecretsBackendException at(AwsExchanges exchanges) {
        Site site = exchanges.site(detail(), requestId());
        return mayHaveHappened ? new OutcomeUnknown(site) : as(site);
    }

    private SecretsBackendException as(Site site) {
        return switch (reason) {
            case AwsServiceException refusal -> as(site, refusal);
            case AwsCredentials.NoCredentials _, TimeoutException _, InterruptedException _ ->
                new Unavailable(site, retryAfter);
            case ApiCallTimeoutException _, ApiCallAttemptTimeoutException _, AbortedException _ ->
                new Unavailable(site, retryAfter);
            case SdkClientException failed ->
                failed.getCause() instanceof IOException ? new Unavailable(site, retryAfter) : new Rejected(site);
            default -> new Rejected(site);
        };
    }

    private SecretsBackendException as(Site site, AwsServiceException refusal) {
        if (refusal.isThrottlingException()) {
            return new Unavailable(site, retryAfter);
        }
        return switch (code(refusal)) {
            case "AccessDeniedException",
                    "AccessDenied",
                    "UnrecognizedClientException",
                    "InvalidClientTokenId",
                    "InvalidAccessKeyId",
                    "ExpiredTokenException",
                    "ExpiredToken",
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignatureException",
                    "IncompleteSignature",
                    "MissingAuthenticationTokenException",
                    "MissingAuthenticationToken",
                    "RequestExpired",
                    "OptInRequired",
                    "NotAuthorized" -> new Denied(site);
            // The key that the secret is encrypted under is disabled, about to be deleted, or not for us.
            case "DecryptionFailure", "EncryptionFailure" -> new Denied(site);
            case "InternalServiceError",
                    "InternalServiceErrorException",
                    "InternalServerError",
                    "InternalFailure",
                    "ServiceUnavailable",
                    "ServiceUnavailableException",
                    "RequestTimeout",
                    "RequestTimeoutException" -> new Unavailable(site, retryAfter);
            // Something in between answered, not the service.
            case "" -> refusal.statusCode() >= 500 ? new Unavailable(site, retryAfter) : new Rejected(site);
            default -> new Rejected(site);
        };
    }

    private String detail() {
        return switch (reason) {
            case AwsServiceException refusal ->
                code(refusal).isEmpty()
                        ? "status " + refusal.statusCode() + " without a code"
                        : code(refusal) + ", status " + refusal.statusCode();
            case AwsCredentials.NoCredentials none -> String.valueOf(none.getMessage());
            case AwsTransport.PlainHttpRefused refused -> String.valueOf(refused.getMessage());
            // The messages of other classes may quote what was sent or received.
            default -> reason.getClass().getSimpleName() + cause();
        };
    }

    private String cause() {
        Throwable cause = reason.getCause();
        return cause == null ? "" : ", " + cause.getClass().getSimpleName();
    }

    private @Nullable String requestId() {
        return reason instanceof AwsServiceException refusal
                        && refusal.requestId() != null
                        && REQUEST_ID.matcher(refusal.requestId()).matches()
                ? refusal.requestId()
                : null;
    }

    private static String code(AwsServiceException refusal) {
        return Optional.ofNullable(refusal.awsErrorDetails())
                .map(AwsErrorDetails::errorCode)
                .filter(code -> CODE.matcher(code).matches())
                .orElse("");
    }
}
