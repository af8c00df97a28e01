package io.tokenvault.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts the service from its jar, with a database that is thrown away afterwards, and uses it for a few seconds, so that
 * its JVM makes an AOT cache (JEP 514) of what a start loads and a validation runs. Arguments: the home of the Java that
 * will use the cache, the jar, the cache to make, and further options of that JVM.
 */
public final class TrainingRun {
    private static final Pattern KEY = Pattern.compile("\"key\"\\s*:\\s*\"(tvo_[0-9A-Za-z]{61})\"");
    private static final Pattern TOKEN = Pattern.compile("\"token\"\\s*:\\s*\"(tv_[a-z]+_[0-9A-Za-z]{61})\"");
    private static final Pattern CONNECTION = Pattern.compile("\"connection_id\"\\s*:\\s*\"(c[0-9a-z]{23})\"");
    private static final int VALIDATIONS = 300;
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final Duration LONGEST_STOP = Duration.ofMinutes(2);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path java;
    private final Path jar;
    private final Path cache;
    private final List<String> options;
    private final int port = freePort();
    private final int managementPort = freePort();
    private final int grpcPort = freePort();

    private TrainingRun(Path javaHome, Path jar, Path cache, List<String> options) throws IOException {
        this.java = javaHome.resolve("bin/java").toAbsolutePath();
        this.jar = jar.toAbsolutePath();
        this.cache = cache.toAbsolutePath();
        this.options = options;
    }

    public static void main(String... arguments) throws IOException, InterruptedException {
        List<String> options = List.of(arguments).subList(3, arguments.length);
        Path scratch = Files.createTempDirectory("token-vault-training-");
        try {
            new TrainingRun(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]), options)
                    .run(DataFolder.take(scratch));
        } finally {
            DataFolder.delete(scratch);
        }
    }

    private void run(DataFolder folder) throws IOException, InterruptedException {
        PostgresServer postgres = new PostgresServer(folder, EmbeddedService.tools());
        postgres.start();
        try {
            train(folder, postgres);
        } finally {
            postgres.stop();
        }
    }

    private void train(DataFolder folder, PostgresServer postgres) throws IOException, InterruptedException {
        String bootstrapKey = DataFolder.randomText();
        Path settings = folder.write(
                "service.properties",
                LocalBackend.settings(folder) + "token-vault.bootstrap.key=" + bootstrapKey + "\n");
        Files.deleteIfExists(cache);
        Path log = folder.resolve("service.log");
        Process service = start(settings, postgres, log);
        try {
            awaitReadiness(service);
            exercise(bootstrapKey);
        } finally {
            service.destroy();
            if (!service.waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                service.destroyForcibly();
            }
        }
        if (!Files.exists(cache)) {
            throw new IOException("no AOT cache was made:\n" + Files.readString(log));
        }
    }

    private Process start(Path settings, PostgresServer postgres, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(options);
        command.addAll(List.of("-XX:AOTCacheOutput=" + cache, "-Xlog:aot=error", "-jar", jar.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_") || name.startsWith("JAVA_"));
        builder.environment()
                .putAll(Map.of(
                        "QUARKUS_PROFILE", "embedded",
                        "QUARKUS_CONFIG_LOCATIONS", settings.toUri().toString(),
                        "QUARKUS_HTTP_PORT", Integer.toString(port),
                        "QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort),
                        "QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpcPort),
                        "QUARKUS_DATASOURCE_JDBC_URL", postgres.jdbcUrl(),
                        "QUARKUS_DATASOURCE_USERNAME", postgres.user(),
                        "QUARKUS_DATASOURCE_PASSWORD", postgres.password()));
        return builder.start();
    }

    private void awaitReadiness(Process service) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + managementPort + "/q/health/ready"))
                .build();
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < end && service.isAlive()) {
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It does not listen.
            }
            Thread.sleep(100);
        }
        throw new IOException("the service did not become ready");
    }

    private void exercise(String bootstrapKey) throws IOException, InterruptedException {
        String operator = call(bootstrapKey, "POST", "/v1/operators", """
                {"name":"training","roles":["issuer","validator","security","auditor","admin"],"environments":["*"]}""", 201);
        String key = found(KEY, operator);
        String created = call(key, "POST", "/v1/connections", """
                {"tenant":"acme","system":"netsuite","environment":"production"}""", 201);
        String connection = found(CONNECTION, created);
        String validation = """
                {"token":"%s","environment":"production"}""".formatted(found(TOKEN, created));
        for (int i = 0; i < VALIDATIONS; i++) {
            call(key, "POST", "/v1/validate", validation, 200);
        }
        call(key, "GET", "/v1/connections?environment=production", "", 200);
        call(key, "POST", "/v1/connections/" + connection + "/rotate", "{\"overlap\":\"PT0S\"}", 200);
        call(key, "DELETE", "/v1/connections/" + connection, "", 200);
        call(key, "GET", "/v1/audit-events", "", 200);
    }

    private String call(String key, String method, String path, String body, int expected)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException(method + " " + path + " was answered with " + answer.statusCode());
        }
        return answer.body();
    }

    private static String found(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("an answer without " + pattern);
        }
        return matcher.group(1);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
