package io.tokenvault.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.DocumentedIdentity;
import io.tokenvault.testing.HelmChart;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Sql;
import io.tokenvault.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The service, started as the chart starts it: with the settings file, the variables and the arguments that the chart
 * renders, in profile prod, against a real OpenBao over TLS and a real PostgreSQL. Only addresses and the folder of the
 * mounted files are others.
 */
class HelmChartIT {
    private static final String BOOTSTRAP = "a-bootstrap-key-of-the-chart-test-0123456789";
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private OpenBao openBao;
    private TestDatabase database;

    @BeforeEach
    void prepare() throws IOException {
        openBao = OpenBao.startWithTls(Files.createDirectory(folder.resolve("bao")));
        database = TestDatabase.create();
    }

    @AfterEach
    void stop() {
        openBao.close();
    }

    @Test
    void theServiceRunsWithWhatIsRendered() throws Exception {
        HelmChart chart = HelmChart.rendered(values("atStart"), folder);
        mount("bootstrap/key", BOOTSTRAP);

        try (ServiceProcess service = described(chart).start()) {
            Deployment deployment = Deployment.of(service.address(), BOOTSTRAP);
            String production = deployment.connect("production", "").text("/token/token");
            deployment.connect("sandbox", "");

            assertThat(deployment.verdict(production, "production")).isEqualTo("current");
            assertThat(deployment.verdict(production, "sandbox")).isEqualTo("wrong_environment");
            assertThat(roundTrip(chart, service, deployment.operatorKey("validator", "production"), production))
                    .containsExactly(
                            "ok: it is ready",
                            "ok: it refuses who has no key",
                            "ok: it refuses nonsense",
                            "ok: it accepts a live token");
            assertThat(roundTrip(chart, service, deployment.operatorKey("validator", "production"), "tv_prod_dead"))
                    .contains("not ok: it accepts a live token");
        }
    }

    @Test
    void theJobMigratesAndReplicasDoNot() throws Exception {
        HelmChart chart = HelmChart.rendered(values("job"), folder);
        mount("bootstrap/key", BOOTSTRAP);

        try (ServiceProcess tooEarly = described(chart).build()) {
            tooEarly.launch();
            assertThat(tooEarly.awaitExit(LONGEST))
                    .as(tooEarly.log())
                    .isPresent()
                    .isNotEqualTo(OptionalInt.of(0));
        }
        try (ServiceProcess job = migration(chart)) {
            job.launch();
            assertThat(job.awaitExit(LONGEST)).as(job.log()).hasValue(0);
        }
        assertThat(migrations()).isPositive();
        try (ServiceProcess service = described(chart).start()) {
            assertThat(service.isAlive()).isTrue();
        }
    }

    /** The Job's container: its variables, and no settings file. */
    private ServiceProcess migration(HelmChart chart) throws IOException {
        ServiceProcess.Description job = ServiceProcess.in(Files.createDirectory(folder.resolve("job")))
                .profile("prod")
                .database(database);
        for (JsonNode variable : container(chart.the("Job")).path("env")) {
            String name = variable.path("name").asText();
            if (!name.startsWith("QUARKUS_DATASOURCE_")) {
                job.variable(name, variable.path("value").asText());
            }
        }
        return job.build();
    }

    private ServiceProcess.Description described(HelmChart chart) throws IOException {
        return ServiceProcess.in(Files.createTempDirectory(folder, "service"))
                .profile("prod")
                .database(database)
                .settings(chart.settings().replace("/etc/token-vault", mounts().toString()));
    }

    /** What the pod of "helm test" says, when it is given these. */
    private List<String> roundTrip(HelmChart chart, ServiceProcess service, String key, String token) throws Exception {
        mount("test/operator-key", key);
        mount("test/token", token);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/quarkus-app/quarkus-run.jar"));
        container(chart.the("Pod"))
                .path("args")
                .forEach(argument -> command.add(argument.asText()
                        .replace("http://tv-token-vault:8080", service.address().toString())
                        .replace(
                                "http://tv-token-vault-management:9000",
                                service.managementAddress().toString())
                        .replace("/etc/token-vault", mounts().toString())));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor() == 0).isEqualTo(lines.stream().allMatch(line -> line.startsWith("ok: ")));
        return lines;
    }

    private String values(String migration) throws IOException {
        StringBuilder values = new StringBuilder("""
                config:
                  environments:
                    production: {mark: prod, backend: production, maxLife: P365D, rotation: {period: P30D, overlap: PT12H}}
                    sandbox: {mark: sbx, backend: sandbox, storage: sealed, inactivityLimit: P90D}
                  system: {backend: system}
                  authz: {allowedSources: [127.0.0.0/8, "::1/128"]}
                  trustedProxies: [127.0.0.1/32]
                  bootstrap: {existingSecret: bootstrap}
                  extra: {quarkus.log.level: INFO}
                  backends:
                """);
        Files.createDirectories(mounts().resolve("secret-ids"));
        for (String name : List.of("production", "sandbox", "system")) {
            DocumentedIdentity identity = DocumentedIdentity.make(openBao, "", name, folder);
            Files.copy(identity.secretIdFile(), mounts().resolve("secret-ids/" + name));
            mount(
                    "authorities/" + name + ".pem",
                    Files.readString(openBao.caFile().orElseThrow()));
            values.append("""
                        %s:
                          type: vault
                          url: %s
                          auth: {method: approle, roleId: %s, existingSecret: approle}
                          tls: {configMap: openbao}
                    """.formatted(name, openBao.url(), identity.roleId()));
        }
        return values.append("""
                database: {host: postgres, existingSecret: database}
                migration: {mode: %s}
                tests: {existingSecret: test, tokenKey: token}
                """.formatted(migration)).toString();
    }

    private long migrations() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.jdbcUrl());
        source.setUser(database.user());
        source.setPassword(database.password());
        return new Sql(source).number("select count(*) from flyway_schema_history where success");
    }

    private Path mounts() {
        return folder.resolve("mounted");
    }

    private void mount(String file, String content) throws IOException {
        Path path = mounts().resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private static JsonNode container(JsonNode object) {
        JsonNode pod = object.path("kind").asText().equals("Pod") ? object : object.at("/spec/template");
        return pod.at("/spec/containers/0");
    }
}
