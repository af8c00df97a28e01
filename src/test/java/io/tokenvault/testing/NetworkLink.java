package io.tokenvault.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The way to a server of loopback, whatever it speaks over TCP. What is sent can be late, or stay on its way without
 * anybody being told, as in a network that falls apart; or the connections end and no new one is made.
 */
public final class NetworkLink implements AutoCloseable {
    private final int target;
    private final ServerSocket entrance;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Object held = new Object();
    private volatile boolean holding;
    private volatile boolean cut;
    private volatile int delayMillis;

    private NetworkLink(int target) {
        this.target = target;
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** A way to this port that is as good as none between. */
    public static NetworkLink to(int port) {
        return new NetworkLink(port);
    }

    /** The same database, over this way. */
    public TestDatabase to(TestDatabase database) {
        String url = database.jdbcUrl().replaceFirst(":" + target + "/", ":" + port() + "/");
        return new TestDatabase(url, database.user(), database.password());
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /** Everything is late by a random time up to this one. */
    public void delay(int longestMillis) {
        delayMillis = longestMillis;
    }

    /** Nothing arrives any more, in neither direction, and no connection ends. */
    public void hold() {
        holding = true;
    }

    /** All connections end, and no new one lasts. */
    public void cut() {
        cut = true;
        open.forEach(NetworkLink::end);
    }

    /** It is as good as before; what was held arrives. */
    public void repair() {
        synchronized (held) {
            holding = false;
            cut = false;
            held.notifyAll();
        }
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        cut();
        repair();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket caller = entrance.accept();
                if (cut) {
                    end(caller);
                } else {
                    connect(caller);
                }
            } catch (IOException closedOrNobodyThere) {
                Thread.onSpinWait();
            }
        }
    }

    private void connect(Socket caller) throws IOException {
        open.add(caller);
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(server);
            Thread.ofVirtual().start(() -> pass(caller, server));
            Thread.ofVirtual().start(() -> pass(server, caller));
        } catch (IOException nobodyThere) {
            end(caller);
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (delayMillis > 0) {
                    Thread.sleep(ThreadLocalRandom.current().nextInt(delayMillis));
                }
                awaitPassage();
                out.write(buffer, 0, length);
            }
            awaitPassage();
        } catch (IOException ended) {
            // Then the other direction ends too.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    private void awaitPassage() throws InterruptedException {
        synchronized (held) {
            while (holding) {
                held.wait();
            }
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
