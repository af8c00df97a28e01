package io.tokenvault.client;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Asks Token Vault about tokens of one environment, over HTTP/2 where the service speaks it. It keeps no verdict: once a
 * revocation has returned, the next question is answered with no. It fails closed: whatever is not a verdict on the very
 * question is {@link Verdict.Unavailable}, and nothing is thrown. It never logs, prints or throws a token or the key.
 *
 * <p>For many threads; one instance for each service and environment. {@link #validate} blocks up to the time-out.
 */
public final class TokenVaultClient implements AutoCloseable {
    private static final Logger LOG = System.getLogger(TokenVaultClient.class.getPackageName());

    private static final Pattern TOKEN = Pattern.compile("tv_[a-z]{2,8}_[0-9A-Za-z]{61}");
    private static final int TOKEN_TAIL = 61;
    private static final int TOKEN_ID = 12;
    /** What a header can hold without being read in two ways (RFC 9110 §11.2). */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,4}");
    private static final Duration A_MOMENT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private static final BodyHandler<byte[]> LIMITED = BodyHandlers.limiting(BodyHandlers.ofByteArray(), 64 * 1024);

    private final URI endpoint;
    private final String environment;
    private final Supplier<String> key;
    private final Duration timeout;
    private final CircuitBreaker breaker;
    private final HttpClient http;

    TokenVaultClient(
            URI service,
            String environment,
            Supplier<String> key,
            Duration timeout,
            CircuitBreaker breaker,
            HttpClient http) {
        this.endpoint = service.resolve("/v1/validate");
        this.environment = environment;
        this.key = key;
        this.timeout = timeout;
        this.breaker = breaker;
        this.http = http;
    }

    /** With the usual limits, and the key of an operator with the role {@code validator} in a file. */
    public static TokenVaultClient of(URI service, String environment, Path keyFile) {
        return at(service).environment(environment).keyFile(keyFile).build();
    }

    /** For the service at this address, {@code https://host[:port]}. */
    public static TokenVaultSettings at(URI service) {
        return new TokenVaultSettings(service);
    }

    /** Whether the token is good for that, now. Never throws for what a client or the service sent. */
    public Verdict validate(String token, Demand demand) {
        if (!TOKEN.matcher(token).matches()) {
            return new Verdict.Refused(Reason.MALFORMED);
        }
        Optional<String> presented = usableKey();
        if (presented.isEmpty()) {
            return new Verdict.Unavailable(Verdict.Cause.CALLER, A_MOMENT);
        }
        if (!breaker.lets()) {
            return new Verdict.Unavailable(Verdict.Cause.CIRCUIT, A_MOMENT);
        }
        Verdict verdict = ask(token, demand, presented.get());
        note(verdict);
        return verdict;
    }

    /** A connection that the service has just closed is no reason to refuse: that question is asked once more. */
    private Verdict ask(String token, Demand demand, String presented) {
        long end = System.nanoTime() + timeout.toNanos();
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .header("Authorization", "Bearer " + presented)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(BodyPublishers.ofString(question(token, demand)))
                .build();
        Verdict verdict = attempt(request, token, demand, end);
        return verdict instanceof Verdict.Unavailable none && none.cause() == Verdict.Cause.CONNECTION
                ? attempt(request, token, demand, end)
                : verdict;
    }

    private Verdict attempt(HttpRequest request, String token, Demand demand, long end) {
        CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, LIMITED);
        try {
            // The time-out of a request would end with the headers, and leave a body that hangs.
            return read(answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS), token, demand);
        } catch (TimeoutException late) {
            answer.cancel(true);
            return new Verdict.Unavailable(Verdict.Cause.TIMEOUT, A_MOMENT);
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            return new Verdict.Unavailable(Verdict.Cause.INTERRUPTED, A_MOMENT);
        } catch (ExecutionException failed) {
            return new Verdict.Unavailable(
                    failed.getCause() instanceof IOException ? Verdict.Cause.CONNECTION : Verdict.Cause.ANSWER,
                    A_MOMENT);
        }
    }

    private Verdict read(HttpResponse<byte[]> answer, String token, Demand demand) {
        int status = answer.statusCode();
        if (status == 200) {
            int tail = token.length() - TOKEN_TAIL;
            return VerdictReader.read(answer.body(), token.substring(tail, tail + TOKEN_ID), environment, demand)
                    .orElse(new Verdict.Unavailable(Verdict.Cause.ANSWER, A_MOMENT));
        }
        Verdict.Cause cause =
                status >= 500 ? Verdict.Cause.SERVICE : status >= 400 ? Verdict.Cause.CALLER : Verdict.Cause.ANSWER;
        return new Verdict.Unavailable(cause, retryAfter(answer));
    }

    private static Duration retryAfter(HttpResponse<?> answer) {
        Duration told = answer.headers()
                .firstValue("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(A_MOMENT);
        Duration enough = told.compareTo(A_MOMENT) < 0 ? A_MOMENT : told;
        return enough.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : enough;
    }

    /** Nothing has to be escaped: the forms of token, environment, scopes and addresses have no character that JSON treats specially. */
    private String question(String token, Demand demand) {
        StringBuilder json = new StringBuilder(200)
                .append("{\"token\":\"")
                .append(token)
                .append("\",\"environment\":\"")
                .append(environment)
                .append('"');
        if (!demand.scopes().isEmpty()) {
            json.append(",\"required_scopes\":[\"")
                    .append(String.join("\",\"", demand.scopes()))
                    .append("\"]");
        }
        demand.source()
                // The zone of an IPv6 address means something on this machine only.
                .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
                .ifPresent(address ->
                        json.append(",\"source_ip\":\"").append(address).append('"'));
        return json.append('}').toString();
    }

    /** Checked here, since the JDK would quote a bad one in its exception. */
    private Optional<String> usableKey() {
        try {
            return Optional.of(key.get()).filter(text -> KEY.matcher(text).matches());
        } catch (RuntimeException missing) {
            LOG.log(
                    Level.WARNING,
                    "the operator key cannot be had: {0}",
                    missing.getClass().getName());
            return Optional.empty();
        }
    }

    /** An answer of the service keeps the circuit closed, also when it says no to the caller: else any client could open it. */
    private void note(Verdict verdict) {
        switch (verdict) {
            case Verdict.Accepted _, Verdict.Refused _ -> answered();
            case Verdict.Unavailable(var cause, var _) -> {
                LOG.log(Level.DEBUG, "no verdict: {0}", cause);
                switch (cause) {
                    case TIMEOUT, CONNECTION, SERVICE, ANSWER -> {
                        if (breaker.failed()) {
                            LOG.log(
                                    Level.WARNING,
                                    "Token Vault gives no verdicts ({0}): every token is refused",
                                    cause);
                        }
                    }
                    case CALLER -> answered();
                    case CIRCUIT, INTERRUPTED -> {}
                }
            }
        }
    }

    private void answered() {
        if (breaker.succeeded()) {
            LOG.log(Level.INFO, "Token Vault answers again");
        }
    }

    /** Ends its connections; whoever waits for a verdict gets none. */
    @Override
    public void close() {
        http.shutdownNow();
    }

    @Override
    public String toString() {
        return "TokenVaultClient[" + endpoint + ", " + environment + "]";
    }
}
