package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Operation;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A step fails, takes longer than anybody waits, or ends the process as after kill -9, with each kind of backend:
 * repeating the request ends it well, and consumers read what they should. By default some of the combinations, so that
 * each operation, action and backend occurs; with {@code -Pslow} all of them.
 */
class FaultWalkIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-the-fault-walk-0001";

    @TempDir
    static Path folder;

    private static final Map<Store.Kind, Running> RUNNING = new EnumMap<>(Store.Kind.class);

    private record Running(Store store, ServiceProcess service, Deployment deployment) {
        static Running with(Store.Kind kind) {
            Path own = folder.resolve(kind.name());
            try {
                Files.createDirectories(own);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            Store store = Store.start(kind, own);
            ServiceProcess.Description description = ServiceProcess.in(own)
                    .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                    .settings(store.as("main"));
            store.variables().forEach(description::variable);
            ServiceProcess service = description.start();
            Deployment deployment = Deployment.of(service.address(), BOOTSTRAP_KEY);
            deployment.admin().get("/v1/environments").expect(200);
            return new Running(store, service, deployment);
        }
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(running -> {
            running.service().close();
            running.store().close();
        });
    }

    static Stream<Arguments> walk() {
        if (!Boolean.getBoolean("slow")) {
            return Stream.of(
                    Arguments.of(
                            Store.Kind.AWS, Operation.CREATE, FaultPoint.CHANGE_AFTER_COMMIT, FaultPoint.Action.HALT),
                    Arguments.of(
                            Store.Kind.AZURE, Operation.CREATE, FaultPoint.PUBLISH_AFTER_PUT, FaultPoint.Action.HALT),
                    Arguments.of(
                            Store.Kind.LOCAL, Operation.ROTATE, FaultPoint.ROTATE_AFTER_RETIRE, FaultPoint.Action.HALT),
                    Arguments.of(
                            Store.Kind.OPENBAO,
                            Operation.ROTATE,
                            FaultPoint.PUBLISH_BEFORE_PUT,
                            FaultPoint.Action.HANG),
                    Arguments.of(
                            Store.Kind.OPENBAO,
                            Operation.RECONNECT,
                            FaultPoint.CHANGE_BEFORE_ANSWER,
                            FaultPoint.Action.HALT),
                    Arguments.of(
                            Store.Kind.AZURE, Operation.REVOKE, FaultPoint.REVOKE_BEFORE_WISH, FaultPoint.Action.THROW),
                    Arguments.of(
                            Store.Kind.AWS, Operation.REVOKE, FaultPoint.PUBLISH_AFTER_PUT, FaultPoint.Action.HALT),
                    Arguments.of(
                            Store.Kind.LOCAL,
                            Operation.DISCONNECT,
                            FaultPoint.PUBLISH_BEFORE_PUT,
                            FaultPoint.Action.HALT));
        }
        List<Arguments> all = new ArrayList<>();
        for (Store.Kind kind : Store.Kind.values()) {
            for (Operation operation : Operation.values()) {
                for (FaultPoint point : operation.faultPoints()) {
                    for (FaultPoint.Action action : FaultPoint.Action.values()) {
                        all.add(Arguments.of(kind, operation, point, action));
                    }
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0}: {1} with {2} {3}")
    @MethodSource("walk")
    void aRepeatedRequestEndsWell(Store.Kind kind, Operation operation, FaultPoint point, FaultPoint.Action action) {
        Running running = RUNNING.computeIfAbsent(kind, Running::with);
        Operation.Attempt attempt = operation.on(running.deployment());
        running.service().restartWithFault(point.code() + ":" + action.name().toLowerCase(Locale.ROOT));

        attempt.send();
        if (action == FaultPoint.Action.HALT) {
            assertThat(running.service().awaitExit(Duration.ofSeconds(20)))
                    .as("the process ended")
                    .hasValue(137);
        }
        running.service().restartWithFault("");

        assertThat(attempt.repeat().status()).isIn(200, 201);
        attempt.check();
        attempt.checkConsumers(running.store());
    }
}
