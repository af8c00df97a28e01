package io.tokenvault.embedded;

import io.quarkus.bootstrap.runner.QuarkusEntryPoint;
import java.time.Duration;

/** The service, run in this process from its production jar, as {@code java -jar quarkus-run.jar} would. */
final class ApplicationInside {
    private final Thread runner;

    ApplicationInside(Thread runner) {
        this.runner = runner;
    }

    /** Runs the service in the calling thread; ends with the process. */
    void run() {
        try {
            QuarkusEntryPoint.main();
        } catch (Error | RuntimeException failed) {
            throw failed;
        } catch (Throwable failed) {
            throw new IllegalStateException("the service ended with a failure", failed);
        }
    }

    /**
     * Waits until the service has stopped, so that its database outlives it; returns at once when it never started.
     * Its classes are in a loader of its own, which only the thread that runs it knows.
     */
    void awaitStop(Duration longest) {
        Thread waiting = Thread.ofPlatform().daemon().start(this::awaitStop);
        try {
            waiting.join(longest);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitStop() {
        ClassLoader service = runner.getContextClassLoader();
        try {
            Object application = Class.forName("io.quarkus.runtime.ApplicationLifecycleManager", true, service)
                    .getMethod("getCurrentApplication")
                    .invoke(null);
            if (application != null) {
                Class.forName("io.quarkus.runtime.Application", true, service)
                        .getMethod("awaitShutdown")
                        .invoke(application);
            }
        } catch (ReflectiveOperationException notStarted) {
            // Nothing to wait for: the service was never loaded, or has already taken its classes away.
        }
    }
}
