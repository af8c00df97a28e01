package io.tokenvault.secrets.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Configuration;
import com.azure.identity.AadCredentialBuilderBase;
import com.azure.identity.AzureAuthorityHosts;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.CredentialBuilderBase;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import io.tokenvault.secrets.BackendsConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** How we prove who we are to Microsoft Entra. Holds no secret: files are read when a credential is made. */
sealed interface AzureIdentity {
    /** No retries of the SDK's: they would outlast our deadlines, and a repeated write makes another version. */
    RetryOptions ONCE = new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1)));

    /** Said, because an environment variable could ask for headers and bodies. */
    HttpLogOptions SILENT = new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE);

    /** A credential that knows nothing of logins before it; {@link CredentialsUnreadable} when its file is not there. */
    TokenCredential credential(HttpClient transport);

    /** A file with a credential is missing or unreadable. */
    final class CredentialsUnreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CredentialsUnreadable(Path file, IOException failed) {
            super(failed.getClass().getSimpleName() + " at " + file, null, false, false);
        }
    }

    /** What no environment variable may change: one attempt, our limits, and not a word of a request in the log. */
    private static <B extends CredentialBuilderBase<B>> B bounded(B builder, HttpClient transport) {
        return builder.retryOptions(ONCE).httpLogOptions(SILENT).httpClient(transport);
    }

    /** Where to log in, and as whom. */
    record Application(String authority, String tenant, String client) {
        <B extends AadCredentialBuilderBase<B>> B at(B builder, HttpClient transport) {
            bounded(builder, transport)
                    .authorityHost(authority)
                    .tenantId(tenant)
                    .clientId(client);
            // Only the public cloud knows itself; any other authority is taken by its word.
            return authority.equals(AzureAuthorityHosts.AZURE_PUBLIC_CLOUD)
                    ? builder
                    : builder.disableInstanceDiscovery();
        }
    }

    /** An application with a client secret in a file. */
    record ClientSecret(Application application, Path file) implements AzureIdentity {
        @Override
        public TokenCredential credential(HttpClient transport) {
            return application
                    .at(new ClientSecretCredentialBuilder(), transport)
                    .clientSecret(text(file))
                    .build();
        }
    }

    /** An application that trusts a signed identity in a file, as AKS puts it into a pod. */
    record Workload(Application application, Path file) implements AzureIdentity {
        @Override
        public TokenCredential credential(HttpClient transport) {
            return application
                    .at(new WorkloadIdentityCredentialBuilder(), transport)
                    .tokenFilePath(file.toString())
                    .build();
        }
    }

    /** The identity of the machine, or the one among several that a client id names. */
    record Managed(Optional<String> client) implements AzureIdentity {
        @Override
        public TokenCredential credential(HttpClient transport) {
            ManagedIdentityCredentialBuilder builder = bounded(new ManagedIdentityCredentialBuilder(), transport);
            client.ifPresent(builder::clientId);
            return builder.build();
        }
    }

    /**
     * The identity in the settings: a client secret when there is a file with one, else a workload identity when
     * {@code environment} has one, else the managed identity.
     *
     * @throws IllegalArgumentException naming the setting that is missing or wrong
     */
    static AzureIdentity of(BackendsConfig.One settings, Configuration environment) {
        Optional<String> client = settings.clientId();
        if (settings.clientSecretFile().isPresent()) {
            return new ClientSecret(
                    application(settings, settings.tenantId(), client, environment),
                    settings.clientSecretFile().get());
        }
        Optional<String> federated = Optional.ofNullable(environment.get("AZURE_FEDERATED_TOKEN_FILE"));
        if (federated.isPresent()) {
            Optional<String> tenant = settings.tenantId()
                    .or(() -> Optional.ofNullable(environment.get(Configuration.PROPERTY_AZURE_TENANT_ID)));
            Optional<String> assigned =
                    client.or(() -> Optional.ofNullable(environment.get(Configuration.PROPERTY_AZURE_CLIENT_ID)));
            return new Workload(application(settings, tenant, assigned, environment), Path.of(federated.get()));
        }
        return new Managed(client);
    }

    private static Application application(
            BackendsConfig.One settings, Optional<String> tenant, Optional<String> client, Configuration environment) {
        Optional<URI> authority = settings.authorityHost()
                .or(() -> Optional.ofNullable(environment.get(Configuration.PROPERTY_AZURE_AUTHORITY_HOST))
                        .map(URI::create))
                .or(() -> Optional.of(URI.create(AzureAuthorityHosts.AZURE_PUBLIC_CLOUD)));
        return new Application(
                AzureAddress.checked(authority, "authority-host"),
                tenant.orElseThrow(() -> new IllegalArgumentException("tenant-id is missing")),
                client.orElseThrow(() -> new IllegalArgumentException("client-id is missing")));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException failed) {
            throw new CredentialsUnreadable(file, failed);
        }
    }

    /** A credential whose failures are told from those of the vault. */
    record Login(TokenCredential credential, Duration limit) implements TokenCredential {
        /** Whoever hands out the tokens gave none. */
        static final class Failed extends RuntimeException {
            private static final long serialVersionUID = 1L;

            Failed(Throwable reason) {
                super("login failed", reason, false, false);
            }
        }

        @Override
        public Mono<AccessToken> getToken(TokenRequestContext wanted) {
            return Mono.defer(() -> credential.getToken(wanted)).timeout(limit).onErrorMap(Failed::new);
        }

        @Override
        public String toString() {
            return "Login[***]";
        }
    }
}
