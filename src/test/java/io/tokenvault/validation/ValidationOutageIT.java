package io.tokenvault.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.ExtAuthz;
import io.tokenvault.testing.ExtAuthz.Question;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import io.tokenvault.testing.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose database is away, or answers nobody. */
class ValidationOutageIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final TestDatabase database = TestDatabase.create();
    private ServiceProcess process;
    private Deployment service;
    private String token;

    @BeforeEach
    void aServiceThatKnowsAToken() {
        process = ServiceProcess.in(folder)
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .settings("token-vault.lease=PT3S")
                .settings("quarkus.datasource.jdbc.acquisition-timeout=PT2S")
                .database(database)
                .start();
        service = Deployment.of(process.address(), BOOTSTRAP_KEY);
        token = service.connect("production", "").text("/token/token");
        assertThat(service.verdict(token, "production")).isEqualTo("current");
    }

    @AfterEach
    void end() {
        process.close();
    }

    @Test
    void withoutItsDatabaseItAnswersUntilTheLeaseEndsAndAgainWhenItIsBack() {
        takeDatabaseAway();
        assertThat(service.verdict(token, "production")).isEqualTo("current");
        assertThat(authz().status()).isEqualTo(200);

        assertThat(Waiting.until(LONGEST, () -> authz().status() == 503)).isTrue();
        HttpAnswer validate = service.validate(token, "production", "").expect(503);
        HttpAnswer gateway = authz().expect(503);
        HttpAnswer introspection = introspect().expect(503);
        CheckResponse envoy = envoy();
        HttpAnswer live = process.management().get("/q/health/live");
        HttpAnswer ready = process.management().get("/q/health/ready");
        bringDatabaseBack();

        assertThat(validate.text("/code")).isEqualTo("validation_unavailable");
        assertThat(validate.header("Retry-After")).isPresent();
        assertThat(gateway.text("/code")).isEqualTo("validation_unavailable");
        assertThat(gateway.header("X-Token-Vault-Reason")).contains("validation_unavailable");
        assertThat(introspection.text("/error")).isEqualTo("temporarily_unavailable");
        assertThat(introspection.header("Retry-After")).isPresent();
        assertThat(envoy.getStatus().getCode()).isNotZero();
        assertThat(envoy.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
        assertThat(ExtAuthz.headers(envoy.getDeniedResponse().getHeadersList()))
                .containsEntry("X-Token-Vault-Reason", "validation_unavailable")
                .containsKey("Retry-After");
        // Another process in its place would have no lease either.
        assertThat(live.status()).isEqualTo(200);
        assertThat(ready.expect(503).body()).contains("\"database\"", "not held");
        assertThat(Waiting.until(LONGEST, () -> authz().status() == 200)).isTrue();
        assertThat(service.verdict(token, "production")).isEqualTo("current");
    }

    @Test
    void whatItKnowsIsAnsweredWhileTheDatabaseAnswersNobodyElse() throws SQLException {
        String unread = service.connect("production", "").text("/token/token");
        List<CompletableFuture<HttpAnswer>> misses;
        try (Connection other = connect(database.jdbcUrl());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("lock table token in access exclusive mode");
            // More than the pool has connections.
            misses = IntStream.range(0, 40)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(() -> service.validate(unread, "production", "")))
                    .toList();

            for (int i = 0; i < 200; i++) {
                assertThat(service.verdict(token, "production")).isEqualTo("current");
                assertThat(authz().status()).isEqualTo(200);
            }
            other.rollback();
        }

        for (CompletableFuture<HttpAnswer> miss : misses) {
            assertThat(miss.join().status()).isIn(200, 503);
        }
        assertThat(service.verdict(unread, "production")).isEqualTo("current");
    }

    private HttpAnswer authz() {
        return service.anyone().as(token).get("/authz/production");
    }

    private HttpAnswer introspect() {
        return service.admin()
                .send(
                        "POST",
                        "/oauth2/introspect",
                        "token=" + token,
                        Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }

    private CheckResponse envoy() {
        try (ExtAuthz envoy = ExtAuthz.of(process)) {
            return envoy.check(
                    new Question().extension("environment", "production").token(token));
        }
    }

    private void takeDatabaseAway() {
        outside("alter database %s allow_connections false".formatted(name()));
        outside("select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'".formatted(name()));
    }

    private void bringDatabaseBack() {
        outside("alter database %s allow_connections true".formatted(name()));
    }

    private String name() {
        return database.jdbcUrl().substring(database.jdbcUrl().lastIndexOf('/') + 1);
    }

    private void outside(String sql) {
        String server = database.jdbcUrl().substring(0, database.jdbcUrl().lastIndexOf('/'));
        try (Connection connection = connect(server + "/postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url, database.user(), database.password());
    }
}
