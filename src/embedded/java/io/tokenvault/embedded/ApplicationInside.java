package io.tokenvault.embedded;

import io.quarkus.bootstrap.runner.AotQuarkusEntryPoint;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.ApplicationLifecycleManager;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The service, run in this process from its production jar, as {@code java -jar quarkus-run.jar} would. */
final class ApplicationInside {
    /** Runs the service in the calling thread; ends with the process. */
    void run() {
        try {
            AotQuarkusEntryPoint.main();
        } catch (Error | RuntimeException failed) {
            throw failed;
        } catch (Throwable failed) {
            throw new IllegalStateException("the service ended with a failure", failed);
        }
    }

    /** Waits until the service has stopped, so that its database outlives it; returns at once when it never started. */
    void awaitStop(Duration longest) {
        Thread waiting = Thread.ofPlatform().daemon().start(ApplicationInside::awaitStop);
        try {
            waiting.join(longest);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitStop() {
        @Nullable Application application = ApplicationLifecycleManager.getCurrentApplication();
        if (application != null) {
            application.awaitShutdown();
        }
    }
}
