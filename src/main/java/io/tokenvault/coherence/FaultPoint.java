package io.tokenvault.coherence;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The places between the steps of a change, by name: where a process may end, and where tests make it end. Nothing
 * happens at them unless {@code token-vault.unsafe.fault-point} names one.
 */
public enum FaultPoint {
    /** A decision was taken and is not committed. */
    CHANGE_BEFORE_COMMIT,
    /** It is committed; nothing was published, nobody was answered. */
    CHANGE_AFTER_COMMIT,
    /** Its publication was waited for; nobody was answered. */
    CHANGE_BEFORE_ANSWER,
    /** The old token was retired or revoked; there is no new one. */
    ROTATE_AFTER_RETIRE,
    /** A token was made; its publication is not wished for. */
    ISSUE_BEFORE_WISH,
    /** The status is final; the secret is not wished away. */
    DISCONNECT_BEFORE_WISH,
    /** The token is revoked; what consumers read is not. */
    REVOKE_BEFORE_WISH,
    /** A wish is under our lease; the backend was not called. */
    PUBLISH_BEFORE_PUT,
    /** The backend holds the value; the database does not know. */
    PUBLISH_AFTER_PUT,
    /** The database knows; the lease is given back. */
    PUBLISH_AFTER_DONE,
    /** The backend holds new keys that are not used; the database does not know. */
    KEYRING_AFTER_ADD,
    /** The backend says that the new keys are used; the database does not know. */
    KEYRING_AFTER_USE,
    /** Some values are sealed again; the job does not know. */
    KEYRING_AFTER_RESEAL,
    /** The older keys are out of the backend; the database does not know. */
    KEYRING_AFTER_REMOVE,
    /** The environment has a second place; the job does not know. */
    MOVE_AFTER_OPEN,
    /** The second place holds the keyring; the job does not know. */
    MOVE_AFTER_KEYRING,
    /** The second place holds a token; the database does not know. */
    MOVE_AFTER_COPY,
    /** The places are switched, and that is not committed. */
    MOVE_BEFORE_SWITCH,
    /** It is committed; the job does not know. */
    MOVE_AFTER_SWITCH,
    /** The old place is to be cleared; the job does not know. */
    MOVE_AFTER_CLEARING,
    /** A token is gone from the second place; the database does not know. */
    MOVE_AFTER_DELETE,
    /** The keyring is gone from the old place; the database does not know. */
    MOVE_AFTER_KEYRING_DELETE,
    /** The environment has one place again; the job does not know. */
    MOVE_AFTER_CLOSE;

    /** What happens at a point. */
    public enum Action {
        /** The step fails. */
        THROW,
        /** The step takes longer than anybody waits. */
        HANG,
        /** The process ends as after kill -9. */
        HALT;

        public static Optional<Action> parse(String code) {
            return Arrays.stream(values())
                    .filter(action -> action.name().toLowerCase(Locale.ROOT).equals(code))
                    .findFirst();
        }
    }

    private record Armed(FaultPoint point, Action action) {}

    private static final int EXIT_CODE = 137;
    private static final long HANG_NANOS = 4_000_000_000L;
    private static final AtomicReference<@Nullable Armed> ARMED = new AtomicReference<>();

    /** Lets {@code action} happen the next time that this point is passed, once. */
    public void arm(Action action) {
        ARMED.set(new Armed(this, action));
    }

    public static void disarm() {
        ARMED.set(null);
    }

    /** Does nothing, or what the armed fault says. */
    public void pass() {
        Armed armed = ARMED.get();
        if (armed != null && armed.point() == this && ARMED.compareAndSet(armed, null)) {
            switch (armed.action()) {
                case THROW -> throw new InjectedFaultException(this);
                case HANG -> LockSupport.parkNanos(HANG_NANOS);
                case HALT -> Runtime.getRuntime().halt(EXIT_CODE);
            }
        }
    }

    /** As in the setting: {@code publish.after-put}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
    }

    public static Optional<FaultPoint> parse(String code) {
        return Arrays.stream(values())
                .filter(point -> point.code().equals(code))
                .findFirst();
    }

    /** The failure that was asked for. */
    public static final class InjectedFaultException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InjectedFaultException(FaultPoint point) {
            super("injected at " + point.code(), null, false, false);
        }
    }
}
