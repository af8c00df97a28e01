package io.tokenvault.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** The ports of loopback that the service is reached at. */
record Ports(int http, int management, int grpc, int openBao) {

    /** The ports that the usual Quarkus variables name, else 8080, 9000 and 9001; and OpenBao's 8200, or another. */
    static Ports ofEnvironment() {
        return new Ports(
                port("QUARKUS_HTTP_PORT", 8080),
                port("QUARKUS_MANAGEMENT_PORT", 9000),
                port("QUARKUS_GRPC_SERVER_PORT", 9001),
                port("OPENBAO_PORT", 8200));
    }

    String address() {
        return "http://127.0.0.1:" + http;
    }

    String readiness() {
        return "http://127.0.0.1:" + management + "/q/health/ready";
    }

    String openBaoAddress() {
        return "http://127.0.0.1:" + openBao;
    }

    /** Where OpenBao would meet other nodes: the port after its own, as is its custom. */
    int openBaoCluster() {
        return openBao + 1;
    }

    void requireFree() {
        requireFree(http, "QUARKUS_HTTP_PORT");
        requireFree(management, "QUARKUS_MANAGEMENT_PORT");
        requireFree(grpc, "QUARKUS_GRPC_SERVER_PORT");
    }

    void requireFreeForOpenBao() {
        requireFree(openBao, "OPENBAO_PORT");
        requireFree(openBaoCluster(), "OPENBAO_PORT");
    }

    private static void requireFree(int port, String variable) {
        if (isTaken(port)) {
            throw new Refusal("Port " + port + " is already in use. Stop the program that listens there, or choose"
                    + " another port: " + variable + "=" + (port + 10000) % 65536 + ".");
        }
    }

    private static boolean isTaken(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            // Connections of an earlier run may linger; they are no reason to refuse.
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException taken) {
            return true;
        }
    }

    private static int port(String variable, int otherwise) {
        String text = Optional.ofNullable(System.getenv(variable)).orElse("").strip();
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65535) {
            throw new Refusal(variable + " must be a port from 1 to 65535.");
        }
        return Integer.parseInt(text);
    }
}
