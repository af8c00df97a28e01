package io.tokenvault.access;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of bootstrap keys from a file over restarts, and what each of them opened in each part of it. */
class BootstrapIT {
    private static final String FIRST_KEY = "the-first-bootstrap-key-0123456789";
    private static final String SECOND_KEY = "the-second-bootstrap-key-0123456789";
    private static final String ADMIN = "{\"name\":\"admin\",\"roles\":[\"admin\"],\"environments\":[\"*\"]}";
    private static final String VALIDATOR = "{\"name\":\"orders\",\"roles\":[\"validator\"],\"environments\":[\"*\"]}";

    /** Calls that only change something when they are allowed, each with what it asks for. */
    private static final Set<String> OF_OPERATORS =
            Set.of("GET /v1/operators", "GET /v1/operators/<id>", "POST /v1/operators");

    private static final Set<String> ELSEWHERE = Set.of(
            "POST /v1/operators/<id>/rotate",
            "DELETE /v1/operators/<id>",
            "GET /v1/environments",
            "GET /v1/connections",
            "POST /v1/connections",
            "POST /v1/validate",
            "POST /v1/revocations",
            "GET /v1/audit-events");

    @TempDir
    static Path folder;

    private static ServiceProcess service;
    private static Map<String, Integer> untilAnAdminExists;
    private static Map<String, Integer> onceAnAdminExists;
    private static Map<String, Integer> afterARestart;
    private static Map<String, Integer> anotherKeyIsConfigured;
    private static Map<String, Integer> oldKeyBesideIt;
    private static Map<String, Integer> anotherKeyHasMadeAnAdmin;
    private static Map<String, Integer> everyAdminIsRemoved;
    private static long armedAtFirst;
    private static long armedAgain;

    @BeforeAll
    static void liveThroughIt() throws IOException {
        configure(FIRST_KEY);
        service = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key-file=" + folder.resolve("key"))
                .start();
        String operator = create(FIRST_KEY, VALIDATOR, "/operator/operator_id");
        untilAnAdminExists = doors(FIRST_KEY, operator);

        HttpCaller admin = service.http().as(create(FIRST_KEY, ADMIN, "/key"));
        onceAnAdminExists = doors(FIRST_KEY, operator);

        service.restart();
        afterARestart = doors(FIRST_KEY, operator);
        armedAtFirst = armings(admin);

        configure(SECOND_KEY);
        service.restart();
        anotherKeyIsConfigured = doors(SECOND_KEY, operator);
        oldKeyBesideIt = doors(FIRST_KEY, operator);
        armedAgain = armings(admin);

        String second = create(SECOND_KEY, ADMIN, "/operator/operator_id");
        anotherKeyHasMadeAnAdmin = doors(SECOND_KEY, operator);

        admin.delete("/v1/operators/" + second).expect(200);
        removeEveryAdmin(admin);
        service.restart();
        everyAdminIsRemoved = doors(SECOND_KEY, operator);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void theKeyOfAFileReadsAndCreatesOperatorsAndNothingElse() {
        assertThat(untilAnAdminExists)
                .containsAllEntriesOf(all(OF_OPERATORS, 200))
                .containsAllEntriesOf(all(ELSEWHERE, 403));
    }

    @Test
    void onceAnAdminExistsTheKeyIsNobodys() {
        assertThat(onceAnAdminExists).isEqualTo(everywhere(401));
    }

    @Test
    void itsRetirementSurvivesARestart() {
        assertThat(afterARestart).isEqualTo(everywhere(401));
    }

    @Test
    void anotherKeyIsArmedBesideAnAdmin() {
        assertThat(anotherKeyIsConfigured)
                .containsAllEntriesOf(all(OF_OPERATORS, 200))
                .containsAllEntriesOf(all(ELSEWHERE, 403));
    }

    @Test
    void theOldKeyIsNotArmedWithIt() {
        assertThat(oldKeyBesideIt).isEqualTo(everywhere(401));
    }

    @Test
    void onlyTheArmingBesideAnAdminIsInTheAuditLog() {
        assertThat(armedAtFirst).isZero();
        assertThat(armedAgain).isEqualTo(1);
    }

    @Test
    void anAdminMadeWithTheOtherKeyRetiresIt() {
        assertThat(anotherKeyHasMadeAnAdmin).isEqualTo(everywhere(401));
    }

    @Test
    void theRemovalOfTheLastAdminArmsNothing() {
        assertThat(everyAdminIsRemoved).isEqualTo(everywhere(401));
    }

    @Test
    void aShortKeyStopsTheStart() throws IOException {
        String tooShort = "31-characters-are-one-too-few-x";
        try (ServiceProcess refused = ServiceProcess.in(Files.createDirectory(folder.resolve("short")))
                .settings("token-vault.bootstrap.key=" + tooShort)
                .build()) {

            refused.launch();

            assertThat(refused.awaitExit(Duration.ofSeconds(30)).orElseThrow()).isNotZero();
            assertThat(refused.log()).contains("token-vault.bootstrap.key").doesNotContain(tooShort);
        }
    }

    private static void configure(String key) throws IOException {
        Files.writeString(folder.resolve("key"), key + "\n");
    }

    private static String create(String bootstrapKey, String operator, String answer) {
        return service.http()
                .as(bootstrapKey)
                .post("/v1/operators", operator)
                .expect(201)
                .text(answer);
    }

    /** What each call is answered; 201 counts as 200. An operator that is created for this is no admin. */
    private static Map<String, Integer> doors(String key, String operator) {
        HttpCaller caller = service.http().as(key);
        return Stream.concat(OF_OPERATORS.stream(), ELSEWHERE.stream()).collect(toMap(call -> call, call -> {
            String[] parts = call.replace("<id>", operator).split(" ", 2);
            String body = parts[0].equals("POST") ? body(parts[1]) : "";
            int status = caller.send(parts[0], parts[1], body, Map.of()).status();
            return status == 201 ? 200 : status;
        }));
    }

    private static String body(String path) {
        return path.equals("/v1/operators") ? VALIDATOR : "{}";
    }

    private static long armings(HttpCaller admin) {
        return admin.get("/v1/audit-events?action=bootstrap_key.arm")
                .expect(200)
                .json()
                .path("data")
                .size();
    }

    private static void removeEveryAdmin(HttpCaller admin) {
        admin.get("/v1/operators?limit=500")
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .filter(operator -> operator.path("roles").toString().contains("admin"))
                .filter(operator -> operator.path("removed_at").isNull())
                .forEach(operator -> admin.delete(
                                "/v1/operators/" + operator.path("operator_id").asText())
                        .expect(200));
    }

    private static Map<String, Integer> everywhere(int status) {
        return Stream.concat(OF_OPERATORS.stream(), ELSEWHERE.stream()).collect(toMap(call -> call, _ -> status));
    }

    private static Map<String, Integer> all(Set<String> calls, int status) {
        return calls.stream().collect(toMap(call -> call, _ -> status));
    }
}
