package io.tokenvault.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Operation;
import io.tokenvault.testing.Postgres;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault point that an operation passes, with a step that fails and one that hangs: repeating the request ends it well. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class FaultWalkTest {

    static Stream<Arguments> walk() {
        List<Arguments> walk = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            for (FaultPoint point : operation.faultPoints()) {
                walk.add(Arguments.of(operation, point, FaultPoint.Action.THROW));
            }
        }
        walk.add(Arguments.of(Operation.ROTATE, FaultPoint.CHANGE_BEFORE_COMMIT, FaultPoint.Action.HANG));
        walk.add(Arguments.of(Operation.ROTATE, FaultPoint.PUBLISH_BEFORE_PUT, FaultPoint.Action.HANG));
        walk.add(Arguments.of(Operation.REVOKE, FaultPoint.PUBLISH_AFTER_PUT, FaultPoint.Action.HANG));
        return walk.stream();
    }

    @AfterEach
    void noFaultIsLeft() {
        FaultPoint.disarm();
    }

    @ParameterizedTest(name = "{0} with {1} {2}")
    @MethodSource("walk")
    void aRepeatedRequestEndsWell(Operation operation, FaultPoint point, FaultPoint.Action action) {
        Operation.Attempt attempt = operation.on(Deployment.current());
        point.arm(action);

        attempt.send();

        assertThat(attempt.repeat().status()).isIn(200, 201);
        attempt.check();
    }
}
