package io.tokenvault.terraform;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.SignedIdentities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Policies and roles in a server like those that the Terraform module for Vault makes, and log-ins to them. */
final class VaultIdentities {
    static final String SERVICE_ACCOUNT = "system:serviceaccount:token-vault:token-vault";

    private static final Path POLICIES = Path.of("terraform/modules/vault/policies");

    private final SignedIdentities issuer = new SignedIdentities();
    private final OpenBao server;
    private final Path folder;

    private VaultIdentities(OpenBao server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    /** None yet; {@code folder} is for the files that the service reads when it logs in. */
    static VaultIdentities in(OpenBao server, Path folder) {
        VaultIdentities identities = new VaultIdentities(server, folder);
        server.call("POST", "sys/auth/approle", "{\"type\":\"approle\"}");
        server.call("POST", "sys/auth/jwt", "{\"type\":\"jwt\"}");
        server.call(
                "POST",
                "auth/jwt/config",
                "{\"jwt_validation_pubkeys\":[\"" + identities.issuer.publicKeyInJson() + "\"]}");
        return identities;
    }

    /** What the cluster signs for that subject, for whom the audience says. */
    String signed(String subject, String audience) {
        return issuer.identity(subject, audience, Instant.now());
    }

    /** The policy as the module renders it: the templates have no more in them than these two names. */
    String rendered(String template, String scope) throws IOException {
        return Files.readString(POLICIES.resolve(template + ".hcl.tftpl"))
                .replace("${mount}", "secret")
                .replace("${environment}", scope);
    }

    /** An AppRole and a role for signed identities like the module's, with that policy. */
    void allow(String name, String policy) {
        server.call(
                "PUT",
                "sys/policies/acl/" + name,
                JsonNodeFactory.instance.objectNode().put("policy", policy).toString());
        server.call("POST", "auth/approle/role/" + name, """
                {"token_policies":"%s","token_no_default_policy":true,"token_ttl":1200,"token_max_ttl":1200}""".formatted(name));
        server.call("POST", "auth/jwt/role/" + name, """
                {"role_type":"jwt","user_claim":"sub","bound_audiences":["%1$s"],"bound_subject":"%2$s",
                "token_policies":"%1$s","token_no_default_policy":true,"token_ttl":1200,"token_max_ttl":1200}""".formatted(name, SERVICE_ACCOUNT));
    }

    int loginWith(String role, String identity) {
        return server.status(
                "", "POST", "auth/jwt/login", "{\"role\":\"%s\",\"jwt\":\"%s\"}".formatted(role, identity));
    }

    String signedIdentity(String scope) throws IOException {
        return """
                token-vault.backends.%1$s.type=vault
                token-vault.backends.%1$s.url=%2$s
                token-vault.backends.%1$s.auth.method=jwt
                token-vault.backends.%1$s.auth.role=%1$s
                token-vault.backends.%1$s.auth.jwt-file=%3$s""".formatted(
                        scope,
                        server.url(),
                        Files.writeString(folder.resolve("identity-" + scope), signed(SERVICE_ACCOUNT, scope)));
    }

    String identity(String backend, String role) throws IOException {
        return """
                token-vault.backends.%1$s.type=vault
                token-vault.backends.%1$s.url=%2$s
                token-vault.backends.%1$s.auth.method=approle
                token-vault.backends.%1$s.auth.role-id=%3$s
                token-vault.backends.%1$s.auth.secret-id-file=%4$s""".formatted(
                        backend,
                        server.url(),
                        roleId(role),
                        Files.writeString(folder.resolve("secret-id-" + backend + "-" + role), secretId(role)));
    }

    private String roleId(String role) {
        return server.call("GET", "auth/approle/role/" + role + "/role-id", "")
                .at("/data/role_id")
                .textValue();
    }

    private String secretId(String role) {
        return server.call("POST", "auth/approle/role/" + role + "/secret-id", "{}")
                .at("/data/secret_id")
                .textValue();
    }

    String login(String role) {
        return server.call(
                        "POST",
                        "auth/approle/login",
                        "{\"role_id\":\"%s\",\"secret_id\":\"%s\"}".formatted(roleId(role), secretId(role)))
                .at("/auth/client_token")
                .textValue();
    }
}
