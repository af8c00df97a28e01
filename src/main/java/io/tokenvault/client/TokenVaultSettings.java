package io.tokenvault.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** How a {@link TokenVaultClient} asks; environment and key are needed, the rest has defaults. */
public final class TokenVaultSettings {
    private static final Pattern ENVIRONMENT = Pattern.compile("[a-z][a-z0-9]{1,19}");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final URI service;
    private @Nullable String environment;
    private @Nullable Supplier<String> key;
    private @Nullable SSLContext tls;
    private boolean plainHttp;
    private Duration timeout = Duration.ofSeconds(2);
    private int failures = 5;
    private Duration pause = Duration.ofSeconds(1);

    TokenVaultSettings(URI service) {
        this.service = service;
    }

    /** The environment whose tokens are good here; those of another one are refused. */
    public TokenVaultSettings environment(String name) {
        environment = name;
        return this;
    }

    /** A file with the key of an operator that has the role {@code validator}; a new key in it counts after a second. */
    public TokenVaultSettings keyFile(Path file) {
        return key(new KeyFile(file));
    }

    /** Where the operator key comes from; asked before every question, by many threads. */
    public TokenVaultSettings key(Supplier<String> source) {
        key = source;
        return this;
    }

    /** The longest that a question may take, connecting and asking again included; 2 s by itself. */
    public TokenVaultSettings timeout(Duration longest) {
        timeout = positive(longest);
        return this;
    }

    /** After so many questions in a row without a verdict (5 by itself), one is asked in each pause (1 s). */
    public TokenVaultSettings circuitBreaker(int inARow, Duration between) {
        if (inARow < 1) {
            throw new IllegalArgumentException("a circuit breaker counts to 1 at least");
        }
        failures = inARow;
        pause = positive(between);
        return this;
    }

    /** Certificates other than those that the JVM trusts. */
    public TokenVaultSettings tls(SSLContext context) {
        tls = context;
        return this;
    }

    /** Sends tokens and the key unencrypted over a network: only where something else encrypts, such as a service mesh. */
    public TokenVaultSettings unsafePlainHttp() {
        plainHttp = true;
        return this;
    }

    /** The client; {@link IllegalStateException} when something is missing or not safe. */
    public TokenVaultClient build() {
        String name = Optional.ofNullable(environment)
                .filter(text -> ENVIRONMENT.matcher(text).matches())
                .orElseThrow(() -> new IllegalStateException("name the environment"));
        Supplier<String> source =
                Optional.ofNullable(key).orElseThrow(() -> new IllegalStateException("say where the operator key is"));
        requireSafe();
        HttpClient.Builder http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout);
        if (tls != null) {
            http.sslContext(tls);
        }
        return new TokenVaultClient(
                service, name, source, timeout, new CircuitBreaker(failures, pause, System::nanoTime), http.build());
    }

    private void requireSafe() {
        String path = Optional.ofNullable(service.getRawPath()).orElse("");
        if (service.getHost() == null
                || service.getRawUserInfo() != null
                || service.getRawQuery() != null
                || !(path.isEmpty() || path.equals("/"))) {
            throw new IllegalStateException("the address of the service is https://host[:port] and no more");
        }
        boolean safe = switch (service.getScheme()) {
            case "https" -> true;
            case "http" -> plainHttp || LOOPBACK.contains(service.getHost());
            case null, default -> false;
        };
        if (!safe) {
            throw new IllegalStateException("tokens go over https only, unless unsafePlainHttp() is set");
        }
    }

    private static Duration positive(Duration given) {
        if (given.isNegative() || given.isZero()) {
            throw new IllegalArgumentException("a positive duration is needed");
        }
        return given;
    }

    @Override
    public String toString() {
        return "TokenVaultSettings[" + environment + "]";
    }
}
