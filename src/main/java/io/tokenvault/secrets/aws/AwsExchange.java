package io.tokenvault.secrets.aws;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What is known of one call to the service, over all attempts that the SDK makes. Told by {@link AwsTransport}. */
final class AwsExchange {
    /** The exchange that the running thread is in. */
    static final ScopedValue<AwsExchange> CURRENT = ScopedValue.newInstance();

    /** What the exchange is for. */
    enum Kind {
        READ,
        WRITE
    }

    private final Kind kind;
    private volatile boolean sent;
    private volatile boolean givenUp;
    private volatile boolean unsettled;
    private volatile @Nullable Duration retryAfter;

    AwsExchange(Kind kind) {
        this.kind = kind;
    }

    /** An attempt begins; refused when nobody waits for it any more. */
    void sending() throws IOException {
        sent = true;
        if (givenUp) {
            sent = false;
            throw new IOException("given up");
        }
    }

    /** Whoever called will not wait: what was not sent by now never is. */
    void giveUp() {
        givenUp = true;
    }

    /** An attempt was answered. Only a refusal (a status of 4xx) says that the service did nothing. */
    void answered(int status, Optional<String> comeBack) {
        sent = false;
        retryAfter = comeBack.map(AwsExchange::seconds).orElse(null);
        unsettled |= status < 400 || status >= 500;
    }

    /** An attempt failed without an answer. */
    void failed(IOException reason) {
        sent = false;
        unsettled |= !isBeforeSending(reason);
    }

    /** The answer of the last attempt is known and good. */
    void settled() {
        sent = false;
        unsettled = false;
    }

    /** Whether this was a write, and one of its attempts may have been carried out unseen. */
    boolean mayHaveHappened() {
        return kind == Kind.WRITE && (sent || unsettled);
    }

    /** When the service asked to be called again; null when it did not say. The SDK waits that long between attempts. */
    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }

    private static @Nullable Duration seconds(String retryAfter) {
        try {
            return Duration.ofSeconds(Math.clamp(Long.parseLong(retryAfter.strip()), 0, 3600));
        } catch (NumberFormatException date) {
            return null;
        }
    }

    // A connection that takes too long to be made has the same exception as an answer that does, so it counts as sent.
    private static boolean isBeforeSending(IOException reason) {
        return switch (reason) {
            case ConnectException _, NoRouteToHostException _, UnknownHostException _, SSLHandshakeException _ -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return kind.name();
    }
}
