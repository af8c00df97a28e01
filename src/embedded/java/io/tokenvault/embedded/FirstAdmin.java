package io.tokenvault.embedded;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes an operator with every role through the public API, with a bootstrap key that lives as long as this process,
 * and shows the operator's key once. That it was shown is remembered afterwards: a crash in between costs a key that
 * nobody has seen, and the next start shows another.
 */
final class FirstAdmin {
    private static final String SHOWN = "admin-key-shown";
    private static final Pattern KEY = Pattern.compile("\"key\"\\s*:\\s*\"(tvo_[0-9A-Za-z]{61})\"");
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final DataFolder folder;
    private final Ports ports;
    private final PrintStream terminal;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    FirstAdmin(DataFolder folder, Ports ports, PrintStream terminal) {
        this.folder = folder;
        this.ports = ports;
        this.terminal = terminal;
    }

    boolean isNeeded() throws IOException {
        return folder.read(SHOWN).isEmpty();
    }

    /** Waits until the service is ready, however long that takes; then makes the operator and says what to do. */
    void makeWith(String bootstrapKey) throws IOException, InterruptedException {
        awaitReadiness();
        HttpResponse<String> answer = create(bootstrapKey, "admin");
        if (answer.statusCode() == 409) {
            answer = create(bootstrapKey, "admin-" + Instant.now().toString().replaceAll("[^0-9TZ]", ""));
        }
        Matcher key = KEY.matcher(answer.body());
        if (answer.statusCode() != 201 || !key.find()) {
            terminal.printf(
                    "No admin could be made: the service answered %d. Try again with: make run ADMIN=new%n",
                    answer.statusCode());
            return;
        }
        show(key.group(1));
        folder.write(SHOWN, Instant.now().toString());
    }

    /** Waits until the service is ready; then says where it is and how to get another key. */
    void remind() throws InterruptedException {
        awaitReadiness();
        terminal.printf("The admin's key was shown at the first start. For another one: make run ADMIN=new%n%n");
    }

    private void show(String key) {
        terminal.printf("The admin's key, shown this once:%n%n  KEY=%s%n%n", key);
        terminal.printf("Make a connection and its token:%n%n");
        terminal.printf("  curl -s -H 'Authorization: Bearer %s' -H 'Content-Type: application/json'", key);
        terminal.printf(" -d '{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"production\"}'");
        terminal.printf(" %s/v1/connections%n%n", ports.address());
    }

    private HttpResponse<String> create(String bootstrapKey, String name) throws IOException, InterruptedException {
        String operator = """
                {"name":"%s","roles":["issuer","validator","security","auditor","admin"],"environments":["*"]}\
                """.formatted(name);
        HttpRequest request = HttpRequest.newBuilder(URI.create(ports.address() + "/v1/operators"))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + bootstrapKey)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(operator))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void awaitReadiness() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(ports.readiness()))
                .timeout(Duration.ofSeconds(5))
                .build();
        while (!isReady(request)) {
            Thread.sleep(PAUSE);
        }
        terminal.printf("%nToken Vault is ready at %s%n", ports.address());
    }

    private boolean isReady(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
