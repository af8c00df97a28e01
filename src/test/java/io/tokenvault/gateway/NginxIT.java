package io.tokenvault.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Nginx;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real nginx with the example configuration lets exactly the holders of good tokens through. */
class NginxIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";

    @TempDir
    static Path folder;

    private static ServiceProcess service;
    private static Nginx nginx;
    private static HttpCaller admin;

    @BeforeAll
    static void start() throws IOException {
        service = ServiceProcess.in(Files.createDirectory(folder.resolve("service")))
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .start();
        nginx = Nginx.inFrontOf(service.address(), Files.createDirectory(folder.resolve("nginx")));
        HttpAnswer operator =
                service.http().as(BOOTSTRAP_KEY).post("/v1/operators", """
                {"name":"admin","roles":["issuer","security","admin"],"environments":["*"]}""").expect(201);
        admin = service.http().as(operator.text("/key"));
    }

    @AfterAll
    static void end() {
        nginx.close();
        service.close();
    }

    @Test
    void aGoodTokenReachesTheApiWhichLearnsWhoCallsAndNotTheToken() {
        HttpAnswer connection = connect();

        HttpAnswer answer = nginx.http().as(connection.text("/token/token")).get("/api/hello");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/hello")).isEqualTo("acme");
        assertThat(answer.text("/connection")).isEqualTo(connection.text("/connection/connection_id"));
        assertThat(answer.text("/authorization")).isEmpty();
    }

    @Test
    void aClientCannotSayWhoItIs() {
        String token = connect().text("/token/token");

        HttpAnswer answer =
                nginx.http().as(token).send("GET", "/api/hello", "", Map.of("X-Token-Vault-Tenant", "someone-else"));

        assertThat(answer.text("/hello")).isEqualTo("acme");
    }

    @Test
    void withoutATokenTheClientIsAskedForOne() {
        HttpAnswer answer = nginx.http().get("/api/hello");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly("Bearer realm=\"token-vault\"");
    }

    @Test
    void aRevokedTokenIsRefusedWithItsReason() {
        HttpAnswer connection = connect();
        admin.post("/v1/tokens/" + connection.text("/token/token_id") + "/revoke", "{}")
                .expect(200);

        HttpAnswer answer = nginx.http().as(connection.text("/token/token")).get("/api/hello");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("X-Token-Vault-Reason")).hasValue("revoked");
        assertThat(answer.header("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).contains("error=\"invalid_token\""));
    }

    @Test
    void aGatewayMayKeepItsConnection() throws InterruptedException {
        HttpCaller gateway = service.http().as(connect().text("/token/token"));

        for (int call = 0; call < 20; call++) {
            assertThat(gateway.get("/authz/production").status()).isEqualTo(200);
            // An answer may be followed by work on its connection, which must not be in the way of the next call.
            Thread.sleep(50);
        }
    }

    private static HttpAnswer connect() {
        return admin.post("/v1/connections", """
                        {"tenant":"acme","system":"netsuite","environment":"production"}""").expect(201);
    }
}
