package io.tokenvault.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Two OpenBao nodes on loopback with one raft storage, KV version 2 at {@code secret/}, over plain http. They are
 * unsealed by hand, with one key. With one node down there is no quorum: nothing can be written.
 */
public final class OpenBaoCluster implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int ACTIVE = 200;
    private static final int STANDBY = 429;
    private static final int NOT_INITIALISED = 501;
    private static final int SEALED = 503;

    private final List<Node> nodes = new ArrayList<>();
    private String unsealKey = "";
    private String rootToken = "";

    private OpenBaoCluster() {}

    /**
     * Starts it.
     *
     * @param standbyReads whether standbys answer reads themselves, as they do by default
     */
    public static OpenBaoCluster start(Path folder, boolean standbyReads) {
        OpenBaoCluster cluster = new OpenBaoCluster();
        boolean started = false;
        try {
            cluster.startFirst(folder, standbyReads);
            cluster.startSecond(folder, standbyReads);
            started = true;
            return cluster;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            if (!started) {
                cluster.close();
            }
        }
    }

    private void startFirst(Path folder, boolean standbyReads) throws IOException {
        Node first = new Node(Files.createDirectories(folder.resolve("one")), "one", standbyReads);
        first.launch();
        nodes.add(first);
        await(first, NOT_INITIALISED);
        JsonNode made = first.http
                .send("PUT", "/v1/sys/init", "{\"secret_shares\":1,\"secret_threshold\":1}", Map.of())
                .expect(200)
                .json();
        unsealKey = made.at("/keys/0").textValue();
        rootToken = made.path("root_token").textValue();
        unseal(first);
        await(first, ACTIVE);
    }

    private void startSecond(Path folder, boolean standbyReads) throws IOException {
        Node first = nodes.getFirst();
        Node second = new Node(Files.createDirectories(folder.resolve("two")), "two", standbyReads);
        second.launch();
        nodes.add(second);
        await(second, NOT_INITIALISED);
        second.http
                .send("POST", "/v1/sys/storage/raft/join", "{\"leader_api_addr\":\"" + first.url() + "\"}", Map.of())
                .expect(200);
        boolean joined = Waiting.until(LONGEST, () -> {
            unseal(second);
            return second.health() == STANDBY;
        });
        call(first, "POST", "sys/mounts/secret", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        if (!joined || !Waiting.until(LONGEST, () -> status(second, "GET", "secret/config", "") == 200)) {
            throw new AssertionError("the second node did not join, see " + second.folder);
        }
    }

    /** One of the two. */
    public static final class Node {
        private final Path folder;
        private final Path config;
        private final URI url;
        private final HttpCaller http;
        private Process process;

        private Node(Path folder, String id, boolean standbyReads) throws IOException {
            this.folder = folder;
            int port = FreePorts.next();
            int clusterPort = FreePorts.next();
            url = URI.create("http://127.0.0.1:" + port);
            http = HttpCaller.of(url);
            config = Files.writeString(folder.resolve("openbao.hcl"), """
                    ui = false
                    api_addr = "%1$s"
                    cluster_addr = "http://127.0.0.1:%2$d"
                    disable_standby_reads = %3$s
                    listener "tcp" {
                      address = "127.0.0.1:%4$d"
                      cluster_address = "127.0.0.1:%2$d"
                      tls_disable = true
                    }
                    storage "raft" {
                      path = "%5$s"
                      node_id = "%6$s"
                      performance_multiplier = "1"
                    }
                    """.formatted(
                            url,
                            clusterPort,
                            !standbyReads,
                            port,
                            Files.createDirectories(folder.resolve("data")).toAbsolutePath(),
                            id));
        }

        public URI url() {
            return url;
        }

        private void launch() {
            try {
                process = new ProcessBuilder(OpenBao.binary(), "server", "-config=" + config)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("openbao.log").toFile())
                        .start();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            Process started = process;
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
        }

        /** The status of its health: 200 active, 429 standby, 501, 503; 0 when it does not answer. */
        private int health() {
            try {
                return http.get("/v1/sys/health").status();
            } catch (UncheckedIOException gone) {
                return 0;
            }
        }

        private void end() {
            process.destroyForcibly();
            try {
                process.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public String rootToken() {
        return rootToken;
    }

    /** The node that takes the writes; waits for one. */
    public Node active() {
        return withHealth(ACTIVE);
    }

    /** The other one; waits until it follows. */
    public Node standby() {
        return withHealth(STANDBY);
    }

    /** Both. */
    public Stream<Node> nodes() {
        return nodes.stream();
    }

    /** Calls a node's API as root; {@code body} is JSON, or empty for none. */
    public JsonNode call(Node node, String method, String path, String body) {
        HttpAnswer answer = node.http.send(method, "/v1/" + path, body, Map.of("X-Vault-Token", rootToken));
        if (answer.status() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + answer.status() + " " + answer.body());
        }
        return answer.body().isEmpty() ? MissingNode.getInstance() : answer.json();
    }

    private int status(Node node, String method, String path, String body) {
        return node.http
                .send(method, "/v1/" + path, body, Map.of("X-Vault-Token", rootToken))
                .status();
    }

    /** Makes the active node give up its place; in between nobody has it. */
    public void stepDown() {
        call(active(), "PUT", "sys/step-down", "");
    }

    /** Ends a node where it stands. */
    public void kill(Node node) {
        node.end();
    }

    /** Starts a node again that was killed, with its data. */
    public void restart(Node node) {
        node.launch();
        await(node, SEALED);
        unseal(node);
    }

    /** Seals both nodes. A standby cannot be told to: it is started again, and nobody unseals it. */
    public void seal() {
        Node standby = standby();
        call(active(), "PUT", "sys/seal", "");
        kill(standby);
        standby.launch();
        await(standby, SEALED);
    }

    public void unseal() {
        nodes.forEach(this::unseal);
    }

    private void unseal(Node node) {
        node.http.send("PUT", "/v1/sys/unseal", "{\"key\":\"" + unsealKey + "\"}", Map.of());
    }

    private Node withHealth(int wanted) {
        List<Node> found = new ArrayList<>();
        boolean there = Waiting.until(LONGEST, () -> {
            nodes.stream().filter(node -> node.health() == wanted).findFirst().ifPresent(found::add);
            return !found.isEmpty();
        });
        if (!there) {
            throw new AssertionError("no node has the health " + wanted);
        }
        return found.getFirst();
    }

    private static void await(Node node, int health) {
        if (!Waiting.until(LONGEST, () -> node.health() == health)) {
            throw new AssertionError("a node did not come to the health " + health + ", see " + node.folder);
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::end);
    }
}
