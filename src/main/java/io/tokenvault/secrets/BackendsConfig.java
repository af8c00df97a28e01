package io.tokenvault.secrets;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** {@code token-vault.backends.<name>.*}: the named secrets backends of this deployment. */
@ConfigMapping(prefix = "token-vault.backends")
public interface BackendsConfig {

    @WithParentName
    Map<String, One> all();

    /** Which adapter keeps the secrets. */
    enum Type {
        LOCAL,
        VAULT,
        AWS,
        AZURE
    }

    /** The settings of one backend; those of another type are ignored. */
    interface One {
        Type type();

        /** local: where the sealed files are. */
        Optional<Path> directory();

        /** local: the key they are sealed under; by default beside the directory, not in it. */
        Optional<Path> keyFile();

        /** vault: the address of the server. */
        Optional<URI> url();

        /** vault: the namespace; empty for the root namespace. */
        Optional<String> namespace();

        /** vault: the mount of the KV version 2 engine. */
        @WithDefault("secret")
        String mount();

        Auth auth();

        Tls tls();

        /** aws: the region; by default that of the environment variable {@code AWS_REGION}. */
        Optional<String> region();

        /** aws: another address than the region's own, for a VPC endpoint. */
        Optional<URI> endpoint();

        /** aws: the key that new secrets are encrypted under; by default the account's own for Secrets Manager. */
        Optional<String> kmsKeyId();

        /** aws: how many days a deleted secret can be restored, 7 to 30; by default 30. */
        Optional<Integer> recoveryWindowDays();

        /** aws: deletes at once and for good, instead. */
        @WithDefault("false")
        boolean forceDelete();

        /** azure: the address of the vault. */
        Optional<URI> vaultUrl();

        /** azure: where to log in; by default the public cloud, or what a workload identity says. */
        Optional<URI> authorityHost();

        /** azure: the tenant of our identity; that of a workload identity by default. */
        Optional<String> tenantId();

        /** azure: the application we are; that of a workload identity by default. */
        Optional<String> clientId();

        /** azure: a file that holds a client secret, read again when it was refused. */
        Optional<Path> clientSecretFile();

        /** azure: removes deleted secrets for good, where the vault lets us. */
        @WithDefault("false")
        boolean purge();

        /** azure: refuses a vault that asks for a token for another service than its own. */
        @WithDefault("true")
        boolean verifyChallenge();
    }

    /** vault: how we log in. */
    interface Auth {
        @WithDefault("token")
        Method method();

        /** The path of the auth method; by default its own name. */
        Optional<String> mount();

        /** A fixed token; needs {@code token-vault.unsafe.static-backend-token}. */
        Optional<String> token();

        /** A file that holds a token, read again at each login. */
        Optional<Path> tokenFile();

        /** jwt, kubernetes: the role to log in to. */
        Optional<String> role();

        /** approle: the role id, which is no secret. */
        Optional<String> roleId();

        /** approle: a file that holds a secret id, read again at each login. */
        Optional<Path> secretIdFile();

        /** jwt, kubernetes: a file with the signed identity; for kubernetes by default that of the service account. */
        Optional<Path> jwtFile();

        enum Method {
            TOKEN,
            APPROLE,
            JWT,
            KUBERNETES
        }
    }

    /** vault: trust. */
    interface Tls {
        /** PEM file with the authorities that may have signed the server's certificate. */
        @WithName("ca-file")
        Optional<Path> caFile();
    }
}
