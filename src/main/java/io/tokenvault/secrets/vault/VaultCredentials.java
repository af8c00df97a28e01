package io.tokenvault.secrets.vault;

import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.VaultException;
import io.quarkus.vault.client.api.common.VaultAuthResult;
import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.UnsafeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How we prove who we are. Files are read again at each login, so that whoever writes them can renew them. */
sealed interface VaultCredentials {
    /** More than any server grants, and few enough nanoseconds to count with. */
    Duration LONGEST_LIFE = Duration.ofDays(10_000);

    /** A token and how long it lives; {@link Duration#ZERO} when it does not say. Prints nothing. */
    record Granted(String token, Duration life) {
        @Override
        public String toString() {
            return "Granted[***]";
        }
    }

    /** Logs in. Fails with a {@link CredentialsUnreadable} before anything is sent. */
    CompletionStage<Granted> login(VaultClient client);

    /** A file with a credential is missing or unreadable. */
    final class CredentialsUnreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CredentialsUnreadable(Path file, IOException failed) {
            super(failed.getClass().getSimpleName() + " at " + file, null, false, false);
        }
    }

    record StaticToken(String token) implements VaultCredentials {
        @Override
        public CompletionStage<Granted> login(VaultClient client) {
            return CompletableFuture.completedStage(new Granted(token, Duration.ZERO));
        }

        @Override
        public String toString() {
            return "StaticToken[***]";
        }
    }

    record TokenFile(Path file) implements VaultCredentials {
        @Override
        public CompletionStage<Granted> login(VaultClient client) {
            return CompletableFuture.completedStage(new Granted(text(file), Duration.ZERO));
        }
    }

    /** AppRole: a role id, which is no secret, and the secret id in a file. */
    record AppRole(String mount, String roleId, Path secretIdFile) implements VaultCredentials {
        @Override
        public CompletionStage<Granted> login(VaultClient client) {
            return client.auth()
                    .appRole(mount)
                    .login(roleId, text(secretIdFile))
                    .thenApply(VaultCredentials::granted);
        }
    }

    /** A signed identity in a file, such as a Kubernetes service account's; the auth methods jwt and kubernetes. */
    record SignedIdentity(String mount, String role, Path jwtFile) implements VaultCredentials {
        @Override
        public CompletionStage<Granted> login(VaultClient client) {
            // Both methods take the same request, {"role", "jwt"}.
            return client.auth().kubernetes(mount).login(role, text(jwtFile)).thenApply(VaultCredentials::granted);
        }
    }

    /** The credentials in the settings; {@link IllegalArgumentException} names the setting that is missing or unsafe. */
    static VaultCredentials of(BackendsConfig.Auth auth, UnsafeConfig unsafe) {
        return switch (auth.method()) {
            case TOKEN -> token(auth, unsafe);
            case APPROLE ->
                new AppRole(
                        auth.mount().orElse("approle"),
                        needed(auth.roleId(), "auth.role-id"),
                        needed(auth.secretIdFile(), "auth.secret-id-file"));
            case JWT ->
                new SignedIdentity(
                        auth.mount().orElse("jwt"),
                        needed(auth.role(), "auth.role"),
                        needed(auth.jwtFile(), "auth.jwt-file"));
            case KUBERNETES ->
                new SignedIdentity(
                        auth.mount().orElse("kubernetes"),
                        needed(auth.role(), "auth.role"),
                        auth.jwtFile().orElse(Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token")));
        };
    }

    private static VaultCredentials token(BackendsConfig.Auth auth, UnsafeConfig unsafe) {
        if (auth.tokenFile().isPresent()) {
            return new TokenFile(auth.tokenFile().get());
        }
        String token = auth.token()
                .orElseThrow(() -> new IllegalArgumentException("auth.token-file is missing (auth.method is token)"));
        if (!unsafe.staticBackendToken()) {
            throw new IllegalArgumentException(
                    "auth.token is a fixed token; use auth.token-file or another auth.method,"
                            + " or set token-vault.unsafe.static-backend-token=true to use it anyway");
        }
        return new StaticToken(token);
    }

    private static <T> T needed(Optional<T> setting, String name) {
        return setting.orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException failed) {
            throw new CredentialsUnreadable(file, failed);
        }
    }

    private static Granted granted(VaultAuthResult<?> result) {
        Duration life = Optional.ofNullable(result.getLeaseDuration()).orElse(Duration.ZERO);
        String token = Optional.ofNullable(result.getClientToken()).orElse("");
        if (token.isEmpty()) {
            throw new VaultException("a login without a token");
        }
        return new Granted(token, life.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : life);
    }
}
