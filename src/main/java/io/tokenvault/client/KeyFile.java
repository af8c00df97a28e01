package io.tokenvault.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The operator key in a file, read again every second, so that a new one needs no restart. Prints nothing of it. */
final class KeyFile implements Supplier<String> {
    private static final long KEPT = 1_000_000_000;

    private record Read(String key, long at) {
        @Override
        public String toString() {
            return "Read[***]";
        }
    }

    private final Path file;
    private volatile Read last;

    /** Reads it at once, so that a service does not start without. */
    KeyFile(Path file) {
        this.file = file;
        this.last = read();
    }

    @Override
    public String get() {
        Read known = last;
        if (System.nanoTime() - known.at() > KEPT) {
            known = read();
            last = known;
        }
        return known.key();
    }

    private Read read() {
        try {
            return new Read(Files.readString(file).strip(), System.nanoTime());
        } catch (IOException failed) {
            throw new UncheckedIOException("the file with the operator key cannot be read", failed);
        }
    }

    @Override
    public String toString() {
        return "KeyFile[" + file + "]";
    }
}
