package io.tokenvault.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.bench.Contender.Wire;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.ExtAuthz;
import io.tokenvault.testing.FreePorts;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code make bench}: one table of what a request costs each server, all on one machine that the load comes from too.
 * Rounds go around, so that whatever else the machine does meets all of them.
 */
class ValidationBench {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration ROUND = Duration.ofSeconds(4);
    private static final int ROUNDS = 3;

    @TempDir
    Path folder;

    private final List<AutoCloseable> servers = new ArrayList<>();
    private final List<Contender> contenders = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable server : servers) {
            server.close();
        }
    }

    @Test
    void compare() throws Exception {
        ServiceProcess service = startService();
        HttpAnswer example = addService(service);
        addBare(example);
        addNginx(example);
        addOpenBao();
        addKeycloak();
        Load load = new Load(folder);
        for (Contender contender : contenders) {
            load.saturate(contender, WARM_UP);
        }
        Map<Contender, List<Load.Round>> rounds = new LinkedHashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            for (Contender contender : contenders) {
                rounds.computeIfAbsent(contender, _ -> new ArrayList<>()).add(load.saturate(contender, ROUND));
            }
        }
        remarks.add(
                "Resident memory of the service after this: %d MB.".formatted(Load.residentMegabytes(service.pid())));
        StringBuilder table = new StringBuilder(
                "| server | requests/s | CPU µs/request | against bare Vert.x | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- | --- |\n");
        double floor = micros(rounds.getOrDefault(bare(), List.of()));
        for (Map.Entry<Contender, List<Load.Round>> measured : rounds.entrySet()) {
            double rate =
                    median(measured.getValue().stream().map(Load.Round::rate).toList());
            double micros = micros(measured.getValue());
            Load.Latency latency = load.at(measured.getKey(), rate / 2, ROUND);
            table.append("| %s | %,.0f | %.1f | %.2f | %.2f | %.2f |%n"
                    .formatted(measured.getKey().name(), rate, micros, micros / floor, latency.half(), latency.most()));
        }
        remarks.forEach(remark -> table.append('\n').append(remark).append('\n'));
        Files.writeString(Path.of("target/bench.md"), table, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        assertThat(rounds).hasSameSizeAs(contenders);
    }

    private Contender bare() {
        return contenders.stream()
                .filter(contender -> contender.name().startsWith("bare Vert.x, HTTP/1.1"))
                .findFirst()
                .orElseThrow();
    }

    private static double micros(List<Load.Round> rounds) {
        return median(rounds.stream().map(Load.Round::micros).toList());
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private ServiceProcess startService() throws IOException {
        ServiceProcess service = ServiceProcess.in(Files.createDirectory(folder.resolve("service")))
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .settings("quarkus.log.level=WARN")
                .variable("JDK_JAVA_OPTIONS", "-Xmx96m -XX:+UseSerialGC")
                .start();
        servers.add(service);
        return service;
    }

    /** The service in each protocol; gives the answer that the floor has to send, too. */
    private HttpAnswer addService(ServiceProcess process) {
        Deployment service = Deployment.of(process.address(), BOOTSTRAP_KEY);
        String token = service.connect("production", "").text("/token/token");
        String key = service.operatorKey("validator", "production");
        String body = "{\"token\":\"" + token + "\",\"environment\":\"production\"}";
        Map<String, String> json = Map.of("Authorization", "Bearer " + key, "Content-Type", "application/json");
        Map<String, String> bearer = Map.of("Authorization", "Bearer " + token);
        URI validate = process.address().resolve("/v1/validate");
        URI authz = process.address().resolve("/authz/production");
        contenders.add(new Contender("validate, HTTP/1.1", process.pid(), Wire.HTTP_1_1, validate, json, body));
        contenders.add(new Contender("validate, h2c", process.pid(), Wire.H2C, validate, json, body));
        contenders.add(new Contender("authz, HTTP/1.1", process.pid(), Wire.HTTP_1_1, authz, bearer, ""));
        contenders.add(new Contender("authz, h2c", process.pid(), Wire.H2C, authz, bearer, ""));
        HttpCaller caller = process.http().as(key);
        URI introspect = process.address().resolve("/oauth2/introspect");
        Map<String, String> form =
                Map.of("Authorization", "Bearer " + key, "Content-Type", "application/x-www-form-urlencoded");
        contenders.add(new Contender(
                "introspect, HTTP/1.1", process.pid(), Wire.HTTP_1_1, introspect, form, "token=" + token));
        addGrpc(process, token);
        return caller.post("/v1/validate", body).expect(200);
    }

    /** Envoy's question. The load sees no status of gRPC, so the answer is looked at once, by a real client. */
    private void addGrpc(ServiceProcess process, String token) {
        ExtAuthz.Question question =
                new ExtAuthz.Question().extension("environment", "production").token(token);
        try (ExtAuthz envoy = ExtAuthz.of(process)) {
            assertThat(envoy.check(question).getStatus().getCode()).isZero();
        }
        byte[] message = question.message();
        ByteBuffer frame = ByteBuffer.allocate(5 + message.length)
                .put((byte) 0) // not compressed
                .putInt(message.length)
                .put(message);
        contenders.add(new Contender(
                "Envoy's `Check`, gRPC",
                process.pid(),
                Wire.H2C,
                URI.create("http://127.0.0.1:" + process.grpcPort() + "/envoy.service.auth.v3.Authorization/Check"),
                Map.of("Content-Type", "application/grpc", "TE", "trailers"),
                frame.array()));
    }

    private void addBare(HttpAnswer example) throws IOException, InterruptedException {
        int port = FreePorts.next();
        StringBuilder answer = new StringBuilder();
        example.headers().map().forEach((name, values) -> {
            if (!name.startsWith(":") && !name.equalsIgnoreCase("content-length")) {
                answer.append(name).append(": ").append(values.getFirst()).append('\n');
            }
        });
        Path file = Files.writeString(folder.resolve("answer"), answer + "\n" + example.body());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareServer.class.getName(),
                        Integer.toString(port),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("bare.log").toFile())
                .start();
        servers.add(process::destroyForcibly);
        URI address = URI.create("http://127.0.0.1:" + port);
        if (!Waiting.until(Duration.ofSeconds(20), () -> answers(address))) {
            throw new IOException("the bare server did not start: " + Files.readString(folder.resolve("bare.log")));
        }
        // It is sent the very same requests.
        Contender ours = contenders.getFirst();
        contenders.add(new Contender(
                "bare Vert.x, HTTP/1.1", process.pid(), Wire.HTTP_1_1, address, ours.headers(), ours.body()));
        contenders.add(
                new Contender("bare Vert.x, h2c", process.pid(), Wire.H2C, address, ours.headers(), ours.body()));
    }

    private static boolean answers(URI address) {
        try {
            return HttpCaller.of(address).get("/").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private void addNginx(HttpAnswer example) throws IOException {
        NginxServer nginx = NginxServer.answering(example.body(), Files.createDirectory(folder.resolve("nginx")));
        servers.add(nginx);
        contenders.add(new Contender(
                "nginx `return 200`, HTTP/1.1", nginx.pid(), Wire.HTTP_1_1, nginx.address(), Map.of(), ""));
    }

    private void addOpenBao() throws IOException {
        Path home = Files.createDirectory(folder.resolve("bao"));
        OpenBao openBao = OpenBao.start(home);
        servers.add(openBao);
        String token = openBao.call("POST", "auth/token/create", "{\"policies\":[\"default\"]}")
                .at("/auth/client_token")
                .asText();
        contenders.add(new Contender(
                "OpenBao `auth/token/lookup`, HTTP/1.1",
                openBao.pid(),
                Wire.HTTP_1_1,
                openBao.url().resolve("/v1/auth/token/lookup"),
                Map.of("X-Vault-Token", OpenBao.ROOT_TOKEN),
                "{\"token\":\"" + token + "\"}"));
    }

    private void addKeycloak() throws IOException, InterruptedException {
        Optional<Path> home = Optional.ofNullable(System.getenv("TOKEN_VAULT_TOOLS"))
                .map(Path::of)
                .or(() -> Optional.of(Path.of(".tools")))
                .map(tools -> tools.resolve("keycloak").toAbsolutePath())
                .filter(Files::isDirectory);
        if (home.isEmpty()) {
            remarks.add("Keycloak could not be had, and is not compared.");
            return;
        }
        KeycloakServer keycloak = KeycloakServer.start(home.get(), Files.createDirectory(folder.resolve("keycloak")));
        servers.add(keycloak);
        String token = keycloak.token();
        contenders.add(new Contender(
                "Keycloak introspection, HTTP/1.1",
                keycloak.pid(),
                Wire.HTTP_1_1,
                keycloak.introspection(),
                Map.of("Authorization", keycloak.basic(), "Content-Type", "application/x-www-form-urlencoded"),
                "token=" + token));
    }
}
