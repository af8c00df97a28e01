package io.tokenvault.testing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The identity of one environment in OpenBao with the policy that the how-to gives, no more and no less: an AppRole.
 *
 * @param roleId no secret
 * @param secretIdFile a file that holds the secret id
 */
public record DocumentedIdentity(String roleId, Path secretIdFile) {
    private static final Path HOW_TO = Path.of("docs/how-to/openbao.md");
    private static final Pattern POLICY = Pattern.compile("(?s)```hcl\\n(.*?)```");

    /** The policy of the how-to, for this environment. */
    public static String policy(String environment) throws IOException {
        Matcher found = POLICY.matcher(Files.readString(HOW_TO));
        if (!found.find()) {
            throw new IOException(HOW_TO + " gives no policy");
        }
        return found.group(1).stripIndent().replace("production", environment);
    }

    /**
     * Makes it.
     *
     * @param namespace where, ending in a slash; empty for the root namespace
     * @param folder where the file with the secret id is to be
     */
    public static DocumentedIdentity make(OpenBao server, String namespace, String environment, Path folder)
            throws IOException {
        if (server.status(OpenBao.ROOT_TOKEN, "GET", namespace + "sys/auth/approle", "") != 200) {
            server.call("POST", namespace + "sys/auth/approle", "{\"type\":\"approle\"}");
        }
        server.call(
                "PUT",
                namespace + "sys/policies/acl/token-vault-" + environment,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("policy", policy(environment))
                        .toString());
        String role = namespace + "auth/approle/role/token-vault-" + environment;
        server.call("POST", role, "{\"token_policies\":\"token-vault-" + environment + "\",\"token_ttl\":\"20m\"}");
        String secretId = server.call("POST", role + "/secret-id", "{}")
                .at("/data/secret_id")
                .textValue();
        return new DocumentedIdentity(
                server.call("GET", role + "/role-id", "").at("/data/role_id").textValue(),
                Files.writeString(folder.resolve("secret-id-" + environment), secretId));
    }
}
