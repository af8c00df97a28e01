package io.tokenvault.validation;

import com.github.benmanes.caffeine.cache.Interner;
import io.tokenvault.coherence.PromptReads;
import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.connection.RateLimit;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import io.tokenvault.token.TokenState;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records by one statement over primary keys, which reads the head of the change log too. */
@Singleton
class PrimaryRecords implements TokenRecords {
    private static final String FIND = """
            select h.n as head, t.connection_id, t.environment, t.mac, t.state, t.end_cause, t.issued_at, t.expires_at,
                   t.retires_at, u.last_used_at, c.tenant, c.system, c.status, c.status_under, c.scopes,
                   c.allowed_cidrs, c.rate_limit, c.rate_limit_period
            from change_head h
                left join (token t join connection c using (connection_id) left join token_usage u using (token_id))
                on t.token_id = ?
            """;

    private final PromptReads primary;
    private final Environments environments;
    private final Interner<Terms> terms = Interner.newWeakInterner();

    PrimaryRecords(PromptReads primary, Environments environments) {
        this.primary = primary;
        this.environments = environments;
    }

    @Override
    public Read find(TokenId id) {
        try {
            return primary.row(FIND, id.value(), row -> {
                long head = row.getLong("head");
                return new Read(
                        row.getString("connection_id") == null ? Optional.empty() : Optional.of(token(id, row)), head);
            });
        } catch (SQLException failed) {
            throw new RecordsUnavailableException(failed);
        }
    }

    private TokenRecord token(TokenId id, ResultSet row) throws SQLException {
        EnvironmentName environment = new EnvironmentName(row.getString("environment"));
        Terms shared = terms.intern(new Terms(
                row.getString("system"),
                environment,
                status(row.getString("status"), row.getString("status_under")),
                List.of(texts(row, "scopes")),
                List.of(texts(row, "allowed_cidrs")).stream()
                        .map(range -> AddressRange.parse(range).orElseThrow())
                        .toList(),
                rateLimit(row),
                environments.get(environment).policy().inactivityLimit()));
        return new TokenRecord(
                id,
                new ConnectionId(row.getString("connection_id")),
                row.getString("tenant"),
                row.getBytes("mac"),
                required(row, "issued_at"),
                life(shared, row),
                shared);
    }

    private static TokenLife life(Terms terms, ResultSet row) throws SQLException {
        String cause = row.getString("end_cause");
        Instant lastUsed = time(row, "last_used_at");
        return new TokenLife(
                TokenState.valueOf(row.getString("state")),
                cause == null ? null : EndCause.valueOf(cause),
                time(row, "expires_at"),
                time(row, "retires_at"),
                lastUsed == null ? required(row, "issued_at") : lastUsed,
                terms.inactivityLimit());
    }

    private static @Nullable RateLimit rateLimit(ResultSet row) throws SQLException {
        String period = row.getString("rate_limit_period");
        return period == null ? null : new RateLimit(row.getLong("rate_limit"), period);
    }

    private static ConnectionStatus status(String status, @Nullable String under) {
        return switch (status) {
            case "ACTIVE" -> Operating.ACTIVE;
            case "REAUTHORIZATION_REQUIRED" -> Operating.REAUTHORIZATION_REQUIRED;
            case "SUSPENDED" -> new ConnectionStatus.Suspended(Operating.valueOf(String.valueOf(under)));
            case "DISCONNECTED" -> new ConnectionStatus.Disconnected();
            default -> throw new IllegalStateException("a status that this version does not know");
        };
    }

    private static String[] texts(ResultSet row, String column) throws SQLException {
        return (String[]) row.getArray(column).getArray();
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static Instant required(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
