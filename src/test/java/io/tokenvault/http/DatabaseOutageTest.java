package io.tokenvault.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.hibernate.exception.JDBCConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DatabaseOutageTest {

    static Stream<Throwable> outages() {
        SQLException second = new SQLException("batch");
        second.setNextException(new SQLException("gone", "57P01"));
        Exception suppressing = new IOException("close failed");
        suppressing.addSuppressed(new SQLException("gone", "08006"));
        return Stream.of(
                new SQLException("refused", "08001"),
                new SQLException("starting up", "57P03"),
                new SQLException("too many clients", "53300"),
                new SQLException("a standby now", "25006"),
                new SQLException("Acquisition timeout while waiting for new connection"),
                new SQLException("no route", new ConnectException("refused")),
                new JDBCConnectionException("cannot connect", new SQLException("refused", "08001")),
                new RuntimeException(new IllegalStateException(new SQLException("refused", "08003"))),
                second,
                suppressing);
    }

    static Stream<Throwable> otherFailures() {
        return Stream.of(
                new SQLException("duplicate", "23505"),
                new SQLException("no state"),
                new SQLException("cancelled", "57014"),
                new BatchUpdateException("duplicate", "23505", new int[0]),
                new ConnectException("some backend refused"),
                new IllegalStateException("acquisition timeout"));
    }

    @ParameterizedTest
    @MethodSource("outages")
    void outagesAreRecognized(Throwable failure) {
        assertThat(DatabaseOutage.causes(failure)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("otherFailures")
    void otherFailuresAreNot(Throwable failure) {
        assertThat(DatabaseOutage.causes(failure)).isFalse();
    }

    @Test
    void circlesEnd() {
        Exception first = new IllegalStateException();
        Exception second = new IllegalStateException(first);
        first.initCause(second);

        assertThat(DatabaseOutage.causes(first)).isFalse();
    }
}
