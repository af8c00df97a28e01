package io.tokenvault.validation;

import io.agroal.api.AgroalDataSource;
import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import io.tokenvault.token.TokenState;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what validation needs of one token: one statement by primary keys, together with the time it was read at. */
@ApplicationScoped
class TokenRecords {
    private static final String FIND = """
            select t.connection_id, t.environment, t.mac, t.state, t.end_cause, t.issued_at, t.expires_at, t.retires_at,
                   u.last_used_at, c.tenant, c.system, c.status, c.status_under, c.scopes, c.allowed_cidrs,
                   clock_timestamp() as read_at
            from token t join connection c using (connection_id) left join token_usage u using (token_id)
            where t.token_id = ?
            """;

    private final AgroalDataSource database;
    private final Environments environments;
    private final TokenUses uses;

    TokenRecords(AgroalDataSource database, Environments environments, TokenUses uses) {
        this.database = database;
        this.environments = environments;
        this.uses = uses;
    }

    /** A record, and the database's time when it was read. */
    record Read(TokenRecord token, Instant at) {
        /** The same, of a token that has ended whatever its row says. */
        Read ended() {
            return new Read(token.living(token.life().endedBy(at)), at);
        }
    }

    Optional<Read> find(TokenId id) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, id.value());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(read(id, row)) : Optional.empty();
            }
        } catch (SQLException failed) {
            throw new RecordsUnavailableException(failed);
        }
    }

    private Read read(TokenId id, ResultSet row) throws SQLException {
        EnvironmentName environment = new EnvironmentName(row.getString("environment"));
        TokenRecord token = new TokenRecord(
                id,
                new ConnectionId(row.getString("connection_id")),
                row.getString("tenant"),
                row.getString("system"),
                environment,
                new TokenRecord.Mac(row.getBytes("mac")),
                life(id, environment, row),
                status(row.getString("status"), row.getString("status_under")),
                List.of(texts(row, "scopes")),
                List.of(texts(row, "allowed_cidrs")).stream()
                        .map(range -> AddressRange.parse(range).orElseThrow())
                        .toList());
        return new Read(token, required(row, "read_at"));
    }

    private TokenLife life(TokenId id, EnvironmentName environment, ResultSet row) throws SQLException {
        String cause = row.getString("end_cause");
        Instant lastActive = time(row, "last_used_at");
        if (lastActive == null) {
            lastActive = required(row, "issued_at");
        }
        return new TokenLife(
                TokenState.valueOf(row.getString("state")),
                cause == null ? null : EndCause.valueOf(cause),
                time(row, "expires_at"),
                time(row, "retires_at"),
                uses.lastUse(id, lastActive),
                environments.get(environment).policy().inactivityLimit());
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
