package io.tokenvault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.testing.Canary;
import io.tokenvault.testing.DatabaseDump;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.KeyVault;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Store;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.token.EnvironmentName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No secret is in the log at its finest level, the metrics, the database, or an answer that does not issue it. */
class SecretsNowhereIT {
    private static final String BOOTSTRAP_KEY = "CanaryOfTheBootstrapKey7f3a9c51d2";
    private static final String PASSWORD = "CanaryOfTheSourceCredentials4b8e";
    private static final String NEW_PASSWORD = "CanaryOfTheNewCredentials91c6aa";
    /** The checksum is right and the token is nobody's: the test vector of the format. */
    private static final String NOBODYS = "tv_prod_0123456789AB003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4T2gL8";

    private static final String MISSPELT = NOBODYS.substring(0, NOBODYS.length() - 1) + "9";

    @TempDir
    Path folder;

    private final List<Canary> canaries = new ArrayList<>();
    private final StringBuilder answers = new StringBuilder();

    @Test
    void withTheLocalBackend() throws Exception {
        TestDatabase database = TestDatabase.create();
        try (ServiceProcess service = described(database).settings("""
                        token-vault.backends.main.type=local
                        token-vault.backends.main.directory=secrets
                        token-vault.backends.main.key-file=key""").start()) {

            liveOn(service);

            canaries.add(Canary.of(
                    "the key file", Files.readString(folder.resolve("key")).strip()));
            assertThat(leaks(service, database)).isEmpty();
        }
    }

    @Test
    void withOpenBao() throws Exception {
        TestDatabase database = TestDatabase.create();
        try (OpenBao openBao = OpenBao.start(folder);
                ServiceProcess service = described(database).secretsIn(openBao).start()) {
            canaries.add(Canary.of("the backend's token", OpenBao.ROOT_TOKEN));

            HttpCaller admin = liveOn(service);
            openBao.hang();
            connect(admin);
            openBao.goOn();

            for (String environment : List.of("system", "production")) {
                addKeysIn(openBao.secret("token-vault/" + environment + "/keyring")
                        .orElseThrow());
            }
            assertThat(leaks(service, database)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Store.Kind.class,
            names = {"AWS", "AZURE"})
    void withABackendInACloud(Store.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.create();
        try (Store store = Store.start(kind, folder)) {
            canaries.add(Canary.of("the client secret", KeyVault.CLIENT_SECRET));
            ServiceProcess.Description description = described(database).settings(store.as("main"));
            store.variables().forEach(description::variable);
            try (ServiceProcess service = description.start()) {

                liveOn(service);

                for (String environment : List.of("system", "production")) {
                    addKeysIn(store.reader()
                            .apply(new SecretName.Keyring(new EnvironmentName(environment)))
                            .orElseThrow());
                }
                assertThat(leaks(service, database)).isEmpty();
            }
        }
    }

    private ServiceProcess.Description described(TestDatabase database) {
        canaries.add(Canary.of("the bootstrap key", BOOTSTRAP_KEY));
        canaries.add(Canary.of("the credentials", PASSWORD));
        canaries.add(Canary.of("the new credentials", NEW_PASSWORD));
        canaries.add(Canary.of("a token of nobody", NOBODYS));
        canaries.add(Canary.of("a misspelt token", MISSPELT));
        return ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .settings("""
                        quarkus.log.category."io.quarkus.vault".level=TRACE
                        quarkus.log.category."io.vertx.ext.web".level=TRACE
                        quarkus.log.category."io.quarkus.micrometer.runtime.binder".level=TRACE
                        quarkus.log.category."software.amazon.awssdk".level=TRACE
                        quarkus.log.category."sun.net.www".level=TRACE
                        quarkus.log.category."com.azure".level=TRACE
                        quarkus.log.category."com.microsoft.aad".level=TRACE
                        quarkus.log.category."reactor".level=TRACE""")
                .variable("QUARKUS_LOG_LEVEL", "TRACE")
                .database(database);
    }

    /** Everything that a secret goes through, and every place where somebody may put one by mistake. */
    private HttpCaller liveOn(ServiceProcess service) {
        HttpCaller bootstrap = service.http().as(BOOTSTRAP_KEY);
        String validator = newOperator(bootstrap, "validator");
        HttpCaller admin =
                service.http().as(newOperator(bootstrap, "issuer\",\"validator\",\"security\",\"auditor\",\"admin"));
        List<String> tokens = changes(admin);
        for (String secret :
                List.of(tokens.getFirst(), tokens.getLast(), validator, NOBODYS, MISSPELT, BOOTSTRAP_KEY)) {
            present(secret, service.http(), admin);
        }
        return admin;
    }

    private List<String> changes(HttpCaller admin) {
        HttpAnswer connection = connect(admin);
        String id = connection.text("/connection/connection_id");
        List<String> tokens = new ArrayList<>(List.of(connection.text("/token/token")));
        for (String overlap : List.of("PT1H", "PT0S")) {
            tokens.add(issued(admin.send(
                    "POST",
                    "/v1/connections/" + id + "/rotate",
                    "{\"overlap\":\"" + overlap + "\"}",
                    Map.of("Idempotency-Key", "rotate-" + overlap))));
        }
        tokens.add(issued(admin.post(
                "/v1/connections/" + id + "/reconnect",
                "{\"credentials\":{\"user\":\"u\",\"password\":\"" + NEW_PASSWORD + "\"}}")));
        heard(admin.post("/v1/validate", "{\"token\":\"" + tokens.getLast() + "\",\"environment\":\"production\"}"));
        heard(admin.post("/v1/connections/" + id + "/suspend", "{\"reason\":\"a drill\"}"));
        heard(admin.post("/v1/connections/" + id + "/resume", "{}"));
        heard(admin.post("/v1/connections/" + id + "/require-reauthorization", "{}"));
        String second = issued(connect(admin));
        tokens.add(second);
        heard(admin.post(
                "/v1/tokens/" + second.substring("tv_prod_".length(), "tv_prod_".length() + 12) + "/revoke", "{}"));
        heard(admin.post("/v1/leaked-tokens", "{\"tokens\":[\"" + issued(connect(admin)) + "\",\"" + NOBODYS + "\"]}"));
        heard(admin.delete("/v1/connections/" + id));
        for (String list : List.of("connections", "tokens", "operators", "audit-events", "environments")) {
            heard(admin.get("/v1/" + list));
        }
        heard(admin.get("/v1/connections/" + id + "/tokens"));
        tokens.add(issued(connect(admin)));
        return tokens;
    }

    private HttpAnswer connect(HttpCaller caller) {
        HttpAnswer answer = caller.post("/v1/connections", """
                {"tenant":"acme","system":"netsuite","environment":"production",
                 "credentials":{"user":"u","password":"%s"}}""".formatted(PASSWORD));
        issued(answer);
        return answer;
    }

    private String newOperator(HttpCaller caller, String roles) {
        HttpAnswer answer = caller.post(
                "/v1/operators", "{\"name\":\"somebody\",\"roles\":[\"" + roles + "\"],\"environments\":[\"*\"]}");
        String key = answer.expect(201).text("/key");
        canaries.add(Canary.of("an operator key", key));
        answers.append(answer.body().replace(key, ""));
        return key;
    }

    /** Where a secret does not belong; nobody may repeat it. */
    private void present(String secret, HttpCaller anyone, HttpCaller admin) {
        HttpCaller holder = anyone.as(secret);
        heard(holder.get("/v1/connections"));
        heard(holder.get("/data/v1/connection"));
        heard(holder.get("/data/v1/purchase-orders"));
        heard(holder.get("/authz/production/orders?token=" + secret));
        heard(holder.get("/authz/production/scope=" + secret + "/orders"));
        heard(holder.post("/v1/validate", "{\"token\":\"" + secret + "\",\"environment\":\"production\"}"));
        for (String path : List.of(
                "/v1/tokens/" + secret,
                "/v1/connections/" + secret,
                "/v1/operators/" + secret,
                "/problems/" + secret,
                "/authz/" + secret,
                "/" + secret,
                "/v1/" + secret + "/../tokens",
                "/v1/%zz" + secret,
                "/v1/connections?token=" + secret,
                "/v1/connections?cursor=" + secret,
                "/v1/connections?tenant=" + secret + "%20",
                "/v1/tokens?" + secret + "=1")) {
            heardRaw(admin, "GET", path, "");
        }
        for (String body : List.of(
                "{\"token\":\"" + secret + "\"",
                "{\"token\":\"" + secret + "\",}",
                "{\"" + secret + "\":1}",
                "{\"tenant\":\"" + secret + " \",\"system\":\"" + secret + "\",\"environment\":\"" + secret + "\"}",
                "{\"token\":{\"value\":\"" + secret + "\"},\"environment\":\"production\"}",
                "\"" + secret + "\"",
                secret)) {
            for (String path : List.of(
                    "/v1/validate", "/v1/connections", "/v1/operators", "/v1/leaked-tokens", "/v1/revocations")) {
                heardRaw(admin, "POST", path, body);
            }
        }
        for (Map<String, String> headers : List.of(
                Map.of("X-Request-Id", secret + secret),
                Map.of("Cookie", "session=" + secret),
                Map.of("X-Api-Key", secret),
                Map.of("Prefer", secret),
                Map.of("Accept", secret),
                Map.of("User-Agent", secret),
                Map.of("X-Forwarded-For", secret),
                Map.of("Content-Type", "application/" + secret),
                Map.of(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(("operator:" + secret).getBytes(UTF_8))),
                Map.of("Authorization", "Bearer " + secret + " " + secret),
                Map.of("Authorization", secret),
                Map.of("Idempotency-Key", secret + " " + secret))) {
            heard(admin.send("POST", "/v1/connections", "{\"tenant\":1}", headers));
            heard(admin.send("GET", "/authz/production", "", headers));
        }
    }

    /** An answer that issues a token, which is a secret from now on; without it, it is one like any other. */
    private String issued(HttpAnswer answer) {
        String token = answer.text("/token/token");
        canaries.add(Canary.of("token " + answer.text("/token/token_id"), token));
        answers.append(answer.headers().map())
                .append(answer.body().replace(token, ""))
                .append('\n');
        return token;
    }

    private void heard(HttpAnswer answer) {
        answers.append(answer.headers().map()).append(answer.body()).append('\n');
    }

    /** Targets that the client's own parser refuses are none that a secret can be sent in. */
    private void heardRaw(HttpCaller caller, String method, String path, String body) {
        try {
            heard(caller.send(method, path, body, Map.of()));
        } catch (IllegalArgumentException noTarget) {
            answers.append("not sent\n");
        }
    }

    private void addKeysIn(JsonNode keyring) {
        keyring.findValuesAsText("value").stream()
                .filter(value -> value.length() > 16)
                .forEach(value -> {
                    canaries.add(Canary.of("key material", value));
                    canaries.add(Canary.of("key bytes", Base64.getDecoder().decode(value)));
                });
    }

    private Set<String> leaks(ServiceProcess service, TestDatabase database) throws SQLException {
        Map<String, String> places = DatabaseDump.of(database);
        places.put("the answers", answers.toString());
        places.put(
                "the metrics",
                service.management().get("/q/metrics").expect(200).body());
        places.put("the health", service.management().get("/q/health").body());
        places.put("the log", service.log());
        assertThat(places.get("the log")).contains(" TRACE ");
        Set<String> found = new TreeSet<>();
        places.forEach((place, text) -> canaries.forEach(canary -> found.addAll(canary.foundIn(place, text))));
        return found;
    }
}
