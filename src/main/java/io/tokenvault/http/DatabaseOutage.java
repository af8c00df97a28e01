package io.tokenvault.http;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes failures that mean "the database is away, full or failing over": SQLSTATE classes 08 (connection), 53
 * (insufficient resources) and 57P (operator intervention), 25006 (a primary that became a standby), 55000 (a database that takes no connections) of the PostgreSQL
 * manual, appendix A, and a connection pool that waited in vain.
 */
public final class DatabaseOutage {
    private static final List<String> STATES = List.of("08", "53", "57P", "25006", "55000");

    private DatabaseOutage() {}

    public static boolean causes(Throwable failure) {
        return find(failure).isPresent();
    }

    /** The class and SQLSTATE of the failure, without its message. */
    public static String describe(Throwable failure) {
        return find(failure)
                .map(sql -> sql.getClass().getSimpleName() + ", SQLSTATE " + sql.getSQLState())
                .orElse("no SQL failure");
    }

    private static Optional<SQLException> find(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> open = new ArrayDeque<>(List.of(failure));
        while (!open.isEmpty()) {
            Throwable next = open.removeFirst();
            if (!seen.add(next)) {
                continue;
            }
            if (next instanceof SQLException sql) {
                if (meansOutage(sql)) {
                    return Optional.of(sql);
                }
                push(open, sql.getNextException());
            }
            push(open, next.getCause());
            open.addAll(List.of(next.getSuppressed()));
        }
        return Optional.empty();
    }

    private static boolean meansOutage(SQLException sql) {
        String state = sql.getSQLState();
        if (state != null) {
            return STATES.stream().anyMatch(state::startsWith);
        }
        return sql instanceof SQLTransientConnectionException
                || isAcquisitionTimeout(sql)
                || hasCause(
                        sql,
                        cause -> cause instanceof ConnectException
                                || cause instanceof NoRouteToHostException
                                || cause instanceof UnknownHostException
                                || cause instanceof SocketTimeoutException);
    }

    /** Agroal's pool says so in a message only: "Acquisition timeout while waiting for new connection". */
    private static boolean isAcquisitionTimeout(SQLException sql) {
        String message = sql.getMessage();
        return message != null && message.contains("cquisition timeout");
    }

    private static boolean hasCause(Throwable failure, Predicate<Throwable> wanted) {
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < 16; depth++) {
            if (wanted.test(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static void push(Deque<Throwable> open, @Nullable Throwable next) {
        if (next != null) {
            open.addLast(next);
        }
    }
}
