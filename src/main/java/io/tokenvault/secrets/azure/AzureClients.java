package io.tokenvault.secrets.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Configuration;
import com.azure.security.keyvault.secrets.SecretAsyncClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The vendor's client, which remembers a login; a new one knows nothing of it and reads files with secrets again. */
final class AzureClients {
    /** How long an exchange may take. Connecting, TLS included, has less. */
    static final Duration EXCHANGE_LIMIT = Duration.ofSeconds(2);

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

    private final String vault;
    private final boolean verifyChallenge;
    private final AzureIdentity identity;
    private final HttpClient transport;
    private final AtomicReference<@Nullable SecretAsyncClient> current = new AtomicReference<>();

    AzureClients(String vault, boolean verifyChallenge, AzureIdentity identity, HttpClient transport) {
        this.vault = vault;
        this.verifyChallenge = verifyChallenge;
        this.identity = identity;
        this.transport = transport;
    }

    /** The JDK's HTTP client, with limits on everything that the vendor waits a minute for. */
    static HttpClient transport(SSLContext trust) {
        return new JdkHttpClientBuilder(
                        java.net.http.HttpClient.newBuilder().sslContext(trust).followRedirects(Redirect.NEVER))
                .configuration(Configuration.getGlobalConfiguration())
                .connectionTimeout(CONNECT_LIMIT)
                .writeTimeout(EXCHANGE_LIMIT)
                .responseTimeout(EXCHANGE_LIMIT)
                .readTimeout(EXCHANGE_LIMIT)
                .build();
    }

    /** The client; {@link AzureIdentity.CredentialsUnreadable} when it would need a file that is not there. */
    SecretAsyncClient current() {
        SecretAsyncClient known = current.get();
        if (known != null) {
            return known;
        }
        SecretAsyncClient made = made();
        SecretAsyncClient first = current.compareAndExchange(null, made);
        return first == null ? made : first;
    }

    /** Forgets a client whose login was refused. */
    void discard(SecretAsyncClient refused) {
        current.compareAndSet(refused, null);
    }

    private SecretAsyncClient made() {
        SecretClientBuilder builder = new SecretClientBuilder()
                .vaultUrl(vault)
                .credential(new AzureIdentity.Login(identity.credential(transport), EXCHANGE_LIMIT))
                .retryOptions(AzureIdentity.ONCE)
                .httpLogOptions(AzureIdentity.SILENT)
                .httpClient(transport);
        return (verifyChallenge ? builder : builder.disableChallengeResourceVerification()).buildAsyncClient();
    }
}
