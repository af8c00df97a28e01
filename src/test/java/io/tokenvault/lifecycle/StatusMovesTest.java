package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of statuses and moves over HTTP, and what each status does to tokens. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class StatusMovesTest {
    private Deployment service;
    private String connection;
    private String token;

    @BeforeEach
    void aConnection() {
        service = Deployment.current();
        HttpAnswer created = service.connect("production", "\"credentials\":{\"user\":\"one\"}");
        connection = created.text("/connection/connection_id");
        token = created.text("/token/token");
    }

    @ParameterizedTest(name = "{0}: {1} -> {2} {3}")
    @CsvSource(textBlock = """
            '',                            rotate,                  200, active,                   current
            '',                            reconnect,               200, active,                   rotated
            '',                            require-reauthorization, 200, reauthorization_required, reauthorization_required
            '',                            suspend,                 200, suspended,                connection_suspended
            '',                            resume,                  200, active,                   current
            '',                            DELETE,                  200, disconnected,             connection_disconnected
            require-reauthorization,       rotate,                  409, reauthorization_required, reauthorization_required
            require-reauthorization,       reconnect,               200, active,                   rotated
            require-reauthorization,       require-reauthorization, 200, reauthorization_required, reauthorization_required
            require-reauthorization,       suspend,                 200, suspended,                connection_suspended
            require-reauthorization,       resume,                  200, reauthorization_required, reauthorization_required
            require-reauthorization,       DELETE,                  200, disconnected,             connection_disconnected
            suspend,                       rotate,                  409, suspended,                connection_suspended
            suspend,                       reconnect,               409, suspended,                connection_suspended
            suspend,                       require-reauthorization, 200, suspended,                connection_suspended
            suspend,                       suspend,                 200, suspended,                connection_suspended
            suspend,                       resume,                  200, active,                   current
            suspend require-reauthorization, resume,                200, reauthorization_required, reauthorization_required
            suspend,                       DELETE,                  200, disconnected,             connection_disconnected
            DELETE,                        rotate,                  409, disconnected,             connection_disconnected
            DELETE,                        reconnect,               409, disconnected,             connection_disconnected
            DELETE,                        require-reauthorization, 409, disconnected,             connection_disconnected
            DELETE,                        suspend,                 409, disconnected,             connection_disconnected
            DELETE,                        resume,                  409, disconnected,             connection_disconnected
            DELETE,                        DELETE,                  200, disconnected,             connection_disconnected
            """)
    void everyMoveFromEveryStatus(String before, String move, int answer, String status, String verdict) {
        for (String earlier : before.isEmpty() ? new String[0] : before.split(" ")) {
            move(earlier).expect(200);
        }

        HttpAnswer moved = move(move).expect(answer);

        if (answer == 409) {
            assertThat(moved.text("/code")).isEqualTo("invalid_transition");
        }
        assertThat(status()).isEqualTo(status);
        if (move.equals("rotate") && answer == 200) {
            assertThat(service.verdict(moved.text("/token/token"), "production"))
                    .isEqualTo(verdict);
        } else {
            assertThat(service.verdict(token, "production")).isEqualTo(verdict);
        }
    }

    @ParameterizedTest
    @CsvSource({"suspend", "require-reauthorization", "DELETE"})
    void aRepeatedMoveIsANoOpWithoutEffect(String move) {
        assertThat(move(move).expect(200).json().path("effective").isNull()).isFalse();

        assertThat(move(move).expect(200).json().path("effective").isNull()).isTrue();
    }

    @Test
    void suspensionRemembersTheReasonUnderIt() {
        service.admin()
                .post(path("require-reauthorization"), "{\"reason\":\"the source said 401\"}")
                .expect(200);
        service.admin().post(path("suspend"), "{\"reason\":\"incident 7\"}").expect(200);
        assertThat(reason()).isEqualTo("incident 7");

        service.admin().post(path("resume"), "{}").expect(200);

        assertThat(reason()).isEqualTo("the source said 401");
    }

    @Test
    void reconnectingGivesANewTokenAndKillsEveryOldOne() {
        String second = move("rotate").expect(200).text("/token/token");

        HttpAnswer reconnected = move("reconnect").expect(200);

        assertThat(service.verdict(token, "production")).isEqualTo("rotated");
        assertThat(service.verdict(second, "production")).isEqualTo("rotated");
        assertThat(service.verdict(reconnected.text("/token/token"), "production"))
                .isEqualTo("current");
        assertThat(reconnected.text("/previous/state")).isEqualTo("revoked");
    }

    @Test
    void disconnectingDeletesTheSecretAndKeepsTheTokensState() {
        Path secrets =
                Path.of("target/test-backend/secrets/token-vault/production").resolve(connection);
        assertThat(secrets).isDirectory();

        move("DELETE").expect(200);

        assertThat(Files.exists(secrets.resolve("token.sealed"))).isFalse();
        HttpAnswer gone = service.admin().get("/v1/connections/" + connection);
        assertThat(gone.json().at("/data/current_token_id").isNull()).isTrue();
        assertThat(service.admin()
                        .get("/v1/connections/" + connection + "/tokens")
                        .text("/data/0/state"))
                .isEqualTo("current");
    }

    private HttpAnswer move(String move) {
        return switch (move) {
            case "DELETE" -> service.admin().delete("/v1/connections/" + connection);
            case "reconnect" -> service.admin().post(path(move), "{\"credentials\":{\"user\":\"two\"}}");
            default -> service.admin().post(path(move), "");
        };
    }

    private String path(String move) {
        return "/v1/connections/" + connection + "/" + move;
    }

    private String status() {
        return service.admin().get("/v1/connections/" + connection).text("/data/status");
    }

    private String reason() {
        return service.admin().get("/v1/connections/" + connection).text("/data/status_reason");
    }
}
