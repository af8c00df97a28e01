package io.tokenvault.secrets.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets one writer at a time at each name in a directory, also between processes. Names share 256 locks.
 *
 * <p>A process has one instance for each directory, and never closes its file: POSIX record locks belong to the
 * process, and closing any descriptor of a file lets go of all of them.
 */
final class NameLocks {
    private static final int STRIPES = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Map<Path, NameLocks> BY_DIRECTORY = new HashMap<>();

    private final FileChannel file;
    private final ReentrantLock[] inThisProcess = new ReentrantLock[STRIPES];

    private NameLocks(FileChannel file) {
        this.file = file;
        for (int i = 0; i < STRIPES; i++) {
            inThisProcess[i] = new ReentrantLock();
        }
    }

    /** The locks of a directory that exists. */
    static NameLocks of(Path directory) throws IOException {
        Path real = directory.toRealPath();
        synchronized (BY_DIRECTORY) {
            NameLocks known = BY_DIRECTORY.get(real);
            if (known == null) {
                Path file = PrivateFiles.createIfAbsent(real.resolve(".lock"));
                known = new NameLocks(FileChannel.open(file, StandardOpenOption.WRITE));
                BY_DIRECTORY.put(real, known);
            }
            return known;
        }
    }

    /** What is done while the lock is held. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** Another writer held the lock for too long; the work was not done. */
    static final class Busy extends IOException {
        private static final long serialVersionUID = 1L;
    }

    <T> T holding(String name, Work<T> work) throws IOException {
        int stripe = Math.floorMod(name.hashCode(), STRIPES);
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        enter(inThisProcess[stripe]);
        try {
            FileLock betweenProcesses = enter(stripe, giveUpAt);
            try {
                return work.run();
            } finally {
                betweenProcesses.release();
            }
        } finally {
            inThisProcess[stripe].unlock();
        }
    }

    private static void enter(ReentrantLock lock) throws Busy {
        try {
            if (!lock.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new Busy();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Busy();
        }
    }

    // A blocking lock() has no deadline, so this asks again and again.
    private FileLock enter(int stripe, long giveUpAt) throws IOException {
        while (true) {
            @Nullable FileLock lock = file.tryLock(stripe, 1, false);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - giveUpAt > 0) {
                throw new Busy();
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new Busy();
            }
        }
    }
}
