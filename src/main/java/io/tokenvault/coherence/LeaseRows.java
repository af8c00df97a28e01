package io.tokenvault.coherence;

import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The protocol's statements; each is a transaction of its own and one snapshot. */
final class LeaseRows {
    private static final String REGISTER = "insert into replica_lease (replica_id) values (?)";

    /** A durable write, so that only a primary whose commits count can answer it. */
    private static final String POLL = """
            with durably as (select set_config('synchronous_commit', 'on', true) as done),
                me as (update replica_lease set beat = beat + 1 from durably where replica_id = ? returning replica_id)
            select h.n, clock_timestamp(), l.seq, l.kind, l.target
            from me cross join change_head h left join change_log l on l.seq > ?
            order by l.seq
            """;

    /** What is lost of it in a crash costs a wait and nothing else, so it does not wait for the disk. */
    private static final String ACKNOWLEDGE = """
            with quickly as (select set_config('synchronous_commit', 'off', true) as done)
            update replica_lease set acked = ? from quickly where replica_id = ?
            """;

    private static final String MEMBERS = """
            select h.n, r.replica_id, r.beat, r.acked, current_setting('synchronous_standby_names') <> ''
            from change_head h left join replica_lease r on true
            """;
    private static final String REMOVE = "delete from replica_lease where replica_id = ? and beat = ?";
    private static final String LEAVE = "update replica_lease set acked = ? where replica_id = ?";

    private LeaseRows() {}

    /**
     * The head of the log and who is a member, in one snapshot.
     *
     * @param synchronous whether commits wait for a standby
     */
    record Membership(long head, List<Member> members, boolean synchronous) {}

    static void register(Connection connection, String id) throws SQLException {
        update(connection, REGISTER, id);
    }

    /** Empty when this replica has no row any more. */
    static Optional<Replica.Poll> poll(Connection connection, String id, long applied) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(POLL)) {
            statement.setString(1, id);
            statement.setLong(2, applied);
            List<Replica.Numbered> changes = new ArrayList<>();
            long head;
            Instant at;
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                head = row.getLong(1);
                at = row.getObject(2, OffsetDateTime.class).toInstant();
                do {
                    if (row.getString(4) != null) {
                        changes.add(new Replica.Numbered(row.getLong(3), change(row.getString(4), row.getString(5))));
                    }
                } while (row.next());
            }
            if (statement.getWarnings() != null) {
                // PostgreSQL warns when it gave up waiting for its standby: the beat may be lost with the primary.
                throw new SQLException(
                        "the poll was committed with a warning",
                        statement.getWarnings().getSQLState());
            }
            return Optional.of(new Replica.Poll(head, changes, at));
        }
    }

    static void acknowledge(Connection connection, String id, long applied) throws SQLException {
        update(connection, ACKNOWLEDGE, applied, id);
    }

    static Membership members(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MEMBERS);
                ResultSet row = statement.executeQuery()) {
            List<Member> members = new ArrayList<>();
            long head = 0;
            boolean synchronous = false;
            while (row.next()) {
                head = row.getLong(1);
                synchronous = row.getBoolean(5);
                if (row.getString(2) != null) {
                    members.add(new Member(row.getString(2), row.getLong(3), row.getLong(4)));
                }
            }
            return new Membership(head, members, synchronous);
        }
    }

    /** Removes a member, unless it has polled since. */
    static boolean remove(Connection connection, Member member) throws SQLException {
        return update(connection, REMOVE, member.id(), member.beat()) == 1;
    }

    /** Says that this replica answers nothing any more. Its row is removed with those of the silent ones. */
    static void leave(Connection connection, String id) throws SQLException {
        update(connection, LEAVE, Member.LEFT, id);
    }

    private static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static Change change(String kind, String target) {
        return switch (kind) {
            case "CONNECTION" -> new Change.OfConnection(new ConnectionId(target));
            case "OPERATOR" -> new Change.OfOperator(new OperatorId(target));
            case "ENVIRONMENT" -> new Change.OfEnvironment(new EnvironmentName(target));
            default -> throw new IllegalStateException("a kind of change that this version does not know");
        };
    }
}
