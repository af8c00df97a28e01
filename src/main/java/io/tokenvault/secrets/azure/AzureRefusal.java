package io.tokenvault.secrets.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vault answered, and the answer was no. Keeps the status and the two codes of the body, never its text: a body may
 * quote the request. The vendor's exception classes do not tell the reasons apart, a disabled secret and a conflict are
 * of the same one.
 */
record AzureRefusal(
        int status,
        String code,
        String innerCode,
        @Nullable Duration retryAfter,
        @Nullable String requestId) {

    /** What the answer says, as far as it matters (Key Vault REST API, "Common error codes"). */
    enum Reason {
        /** No secret has that name, or it was deleted. */
        ABSENT,
        /** The current version may not be read. */
        DISABLED,
        /** The secret is just being deleted. */
        BEING_DELETED,
        /** The name belongs to a deleted secret, or to one that is just being recovered. */
        BLOCKED,
        OTHER
    }

    static AzureRefusal of(HttpResponseException refused) {
        HttpResponse response = refused.getResponse();
        Map<?, ?> error = object(object(refused.getValue()).get("error"));
        Object inner = error.containsKey("innererror") ? error.get("innererror") : error.get("innerError");
        return new AzureRefusal(
                response.getStatusCode(),
                text(error.get("code")),
                text(object(inner).get("code")),
                seconds(response.getHeaderValue(HttpHeaderName.RETRY_AFTER)),
                response.getHeaderValue(HttpHeaderName.X_MS_REQUEST_ID));
    }

    Reason reason() {
        if (status == 404 && code.equals("SecretNotFound")) {
            return Reason.ABSENT;
        }
        if (status == 403 && innerCode.equals("SecretDisabled")) {
            return Reason.DISABLED;
        }
        if (status == 409) {
            return innerCode.equals("ObjectIsBeingDeleted") ? Reason.BEING_DELETED : Reason.BLOCKED;
        }
        return Reason.OTHER;
    }

    private static Map<?, ?> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    private static @Nullable Duration seconds(@Nullable String retryAfter) {
        try {
            return retryAfter == null
                    ? null
                    : Duration.ofSeconds(Math.clamp(Long.parseLong(retryAfter.strip()), 0, 3600));
        } catch (NumberFormatException date) {
            return null;
        }
    }
}
