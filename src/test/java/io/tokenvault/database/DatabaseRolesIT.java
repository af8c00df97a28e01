package io.tokenvault.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the documented roles the owner migrates and ends, and the service does all of its work without owning anything. */
class DatabaseRolesIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final String NOT_ALLOWED = "42501";

    @TempDir
    static Path folder;

    private static TestDatabase database;
    private static int exitUnmigrated;
    private static String logUnmigrated;
    private static int exitOfMigration;
    private static ServiceProcess service;
    private static Deployment deployment;

    @BeforeAll
    static void migrateThenRun() throws Exception {
        TestDatabase superuser = TestDatabase.create();
        try (Connection connection = connect(superuser);
                Statement statement = connection.createStatement()) {
            String script = Files.readString(Path.of("docs/how-to/database-roles.sql"));
            statement.execute(script);
            statement.execute(script);
        }
        database = as("token_vault_service", superuser);
        service = ServiceProcess.in(Files.createDirectory(folder.resolve("service")))
                .database(database)
                .settings("quarkus.flyway.migrate-at-start=false")
                .settings("quarkus.flyway.validate-at-start=true")
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .build();
        service.launch();
        exitUnmigrated = service.awaitExit(Duration.ofMinutes(1)).orElseThrow();
        logUnmigrated = service.log();
        try (ServiceProcess migration = ServiceProcess.in(Files.createDirectory(folder.resolve("migration")))
                .database(as("token_vault_owner", superuser))
                .variable("QUARKUS_INIT_AND_EXIT", "true")
                .build()) {
            migration.launch();
            exitOfMigration = migration.awaitExit(Duration.ofMinutes(1)).orElseThrow();
        }
        service.launch();
        service.awaitReady();
        deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
    }

    private static TestDatabase as(String role, TestDatabase origin) {
        return new TestDatabase(origin.jdbcUrl(), role, "not-asked-for");
    }

    private static Connection connect(TestDatabase to) throws SQLException {
        return DriverManager.getConnection(to.jdbcUrl(), to.user(), to.password());
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void onAnUnmigratedDatabaseTheServiceDoesNotStart() {
        assertThat(exitUnmigrated).isNotZero();
    }

    @Test
    void theMigrationEndsInOrder() {
        assertThat(exitOfMigration).isZero();
    }

    @Test
    void theServiceDoesAllOfItsWork() {
        HttpAnswer created = deployment.connect("production", "\"credentials\":{\"user\":\"u\"}");
        String connection = "/v1/connections/" + created.text("/connection/connection_id");
        String token = created.text("/token/token");

        String first = deployment.verdict(token, "production");
        String rotated = deployment
                .admin()
                .post(connection + "/rotate", "{\"overlap\":\"PT1H\"}")
                .expect(200)
                .text("/token/token");
        deployment.admin().post(connection + "/suspend", "{}").expect(200);
        deployment.admin().post(connection + "/resume", "{}").expect(200);
        deployment
                .admin()
                .post(connection + "/reconnect", "{\"credentials\":{}}")
                .expect(200);
        String ended = deployment.verdict(rotated, "production");
        String job = deployment
                .admin()
                .post("/v1/environments/production/keyring/rotate", "{}")
                .expect(202)
                .text("/data/job_id");
        boolean keysChanged = Waiting.until(
                Duration.ofSeconds(40),
                () -> deployment
                        .admin()
                        .get("/v1/jobs/" + job)
                        .text("/data/state")
                        .equals("succeeded"));
        deployment.admin().delete(connection).expect(200);

        assertThat(first).isEqualTo("current");
        assertThat(ended).isEqualTo("rotated");
        assertThat(keysChanged).isTrue();
        assertThat(service.log().substring(logUnmigrated.length()))
                .doesNotContain("permission denied", NOT_ALLOWED, " ERROR ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit_event set actor_name = 'nobody'",
                "delete from audit_event",
                "truncate audit_event",
                "drop table audit_event",
                "create rule quiet as on insert to audit_event do instead nothing",
                "create trigger quiet before insert on audit_event for each row execute function suppress_redundant_updates_trigger()",
                "alter table token disable trigger all",
                "drop trigger token_announced on token",
                "create or replace function announce_token() returns trigger language plpgsql as 'begin return null; end'",
                "create table mine (n int)",
                "create temporary table mine (n int)",
                "delete from flyway_schema_history",
                "update flyway_schema_history set checksum = 0",
                "set session_replication_role = replica",
                "set role token_vault_owner"
            })
    void whatTheServiceMustNotDoIsRefused(String statement) throws SQLException {
        try (Connection connection = connect(database);
                Statement attempt = connection.createStatement()) {

            SQLException refused = catchThrowableOfType(SQLException.class, () -> attempt.execute(statement));

            assertThat(refused.getSQLState()).isEqualTo(NOT_ALLOWED);
        }
    }
}
