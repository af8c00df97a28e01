package io.tokenvault.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenvault.audit.Actor;
import io.tokenvault.coherence.Change;
import io.tokenvault.coherence.PromptReads;
import io.tokenvault.coherence.ReplicaCache;
import io.tokenvault.coherence.ReplicaLease;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.PersistenceException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The operators whose keys were presented to this replica lately. What is here may be answered from while the lease is held. */
@ApplicationScoped
class KnownOperators implements ReplicaCache {
    private static final int MOST = 10_000;
    private static final String NO_PRIMARY = "25006"; // read_only_sql_transaction
    private static final String EVERYWHERE = "*";
    private static final String FIND = """
            select h.n as head, o.operator_id, o.name, o.roles, o.environments, o.key_mac, o.expires_at, o.removed_at
            from change_head h left join operator o on o.key_id = ?
            """;

    /**
     * An operator as read from the primary.
     *
     * @param mac of its key
     */
    record Known(
            OperatorId id,
            Caller caller,
            byte[] mac,
            @Nullable Instant expiresAt,
            boolean removed) {

        /** Whether its key opens anything at {@code now}. */
        boolean isActiveAt(Instant now) {
            return !removed && (expiresAt == null || now.isBefore(expiresAt));
        }

        /** Says nothing of the key. */
        @Override
        public String toString() {
            return "Known[" + id + "]";
        }
    }

    private final Cache<TokenId, Known> operators =
            Caffeine.newBuilder().maximumSize(MOST).build();
    private final PromptReads primary;
    private final ReplicaLease lease;

    KnownOperators(PromptReads primary, ReplicaLease lease) {
        this.primary = primary;
        this.lease = lease;
    }

    /** The holder of this key, when it may be told without asking anybody. */
    Optional<Known> find(TokenId keyId) {
        return lease.isHeld() ? Optional.ofNullable(operators.getIfPresent(keyId)) : Optional.empty();
    }

    /** The holder of this key, by the primary. Blocks. */
    Optional<Known> read(TokenId keyId) {
        long applied = lease.applied();
        try {
            return primary.row(FIND, keyId.value(), row -> {
                long head = row.getLong("head");
                if (head < applied) {
                    throw new SQLException("whoever answered is not the primary any more", NO_PRIMARY);
                }
                if (row.getString("operator_id") == null) {
                    return Optional.empty();
                }
                Known known = known(row);
                lease.keep(head, () -> operators.put(keyId, known));
                return Optional.of(known);
            });
        } catch (SQLException failed) {
            throw new PersistenceException(failed);
        }
    }

    private static Known known(ResultSet row) throws SQLException {
        OperatorId id = new OperatorId(row.getString("operator_id"));
        Set<Role> roles = EnumSet.noneOf(Role.class);
        texts(row, "roles").forEach(code -> Role.parse(code).ifPresent(roles::add));
        OffsetDateTime expiresAt = row.getObject("expires_at", OffsetDateTime.class);
        Caller caller = new Caller(
                id.value(),
                new Actor(id.value(), row.getString("name"), "operator_key"),
                Set.copyOf(roles),
                reach(texts(row, "environments")),
                false);
        return new Known(
                id,
                caller,
                row.getBytes("key_mac"),
                expiresAt == null ? null : expiresAt.toInstant(),
                row.getObject("removed_at") != null);
    }

    private static Caller.Reach reach(List<String> environments) {
        return environments.contains(EVERYWHERE)
                ? new Caller.Reach.Everywhere()
                : new Caller.Reach.Only(
                        environments.stream().map(EnvironmentName::new).collect(Collectors.toUnmodifiableSet()));
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }

    @Override
    public void forget(Change change) {
        switch (change) {
            case Change.OfOperator(var operator) ->
                operators.asMap().values().removeIf(known -> known.id().equals(operator));
            case Change.OfConnection _, Change.OfEnvironment _ -> {}
        }
    }

    @Override
    public void forgetEverything() {
        operators.invalidateAll();
    }
}
