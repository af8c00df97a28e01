package io.tokenvault.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends bytes as they are and reads what comes back: for requests that no HTTP client would send. */
final class RawClient implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    /** One answer; empty head when the server closed the connection without a word. */
    record Answer(String head, String body) {
        int status() {
            Matcher status = STATUS.matcher(head);
            return status.lookingAt() ? Integer.parseInt(status.group(1)) : 0;
        }

        String header(String name) {
            Matcher header = Pattern.compile("(?im)^" + Pattern.quote(name) + ": *(.*?)\r?$")
                    .matcher(head);
            return header.find() ? header.group(1) : "";
        }
    }

    private final Socket socket;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
    }

    static Answer once(int port, String request) throws IOException {
        try (RawClient client = new RawClient(port)) {
            return client.send(request);
        }
    }

    Answer send(String request) throws IOException {
        write(request.getBytes(ISO_8859_1));
        return read();
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Answer read() throws IOException {
        String head = readHead();
        Matcher length = LENGTH.matcher(head);
        int bytes = length.find() ? Integer.parseInt(length.group(1)) : 0;
        return new Answer(head, new String(socket.getInputStream().readNBytes(bytes), ISO_8859_1));
    }

    /** The head of the next answer, or as much of it as came before the server closed. */
    String readHead() throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        int next = in.read();
        while (next >= 0) {
            head.append((char) next);
            if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                break;
            }
            next = in.read();
        }
        return head.toString();
    }

    /** Whether the server has closed its side, or does so now. */
    boolean isClosedByServer() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static String get(String target, String... headers) {
        return "GET " + target + " HTTP/1.1\r\nHost: edge\r\n" + join(headers) + "\r\n";
    }

    static String post(String target, String body, String... headers) {
        return "POST " + target + " HTTP/1.1\r\nHost: edge\r\nContent-Length: " + body.length() + "\r\n" + join(headers)
                + "\r\n" + body;
    }

    private static String join(String... headers) {
        return String.join(
                "", List.of(headers).stream().map(header -> header + "\r\n").toList());
    }
}
