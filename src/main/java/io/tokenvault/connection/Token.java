package io.tokenvault.connection;

import io.tokenvault.environment.Environment;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import io.tokenvault.token.TokenState;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.PrimaryKeyJoinColumn;
import jakarta.persistence.SecondaryTable;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** One token of a connection, as a row: its key id and a keyed MAC, never its text. */
@Entity
@SecondaryTable(name = "token_usage", pkJoinColumns = @PrimaryKeyJoinColumn(name = "token_id"))
public class Token {
    @Id
    @Column(name = "token_id")
    private String tokenId;

    @Column(name = "connection_id")
    private String connectionId;

    private String environment;
    private byte[] mac;
    private long generation;

    @Enumerated(EnumType.STRING)
    private TokenState state;

    @Enumerated(EnumType.STRING)
    @Column(name = "end_cause")
    private @Nullable EndCause endCause;

    @Column(name = "issued_at")
    private Instant issuedAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "overlap_ms")
    private @Nullable Long overlapMillis;

    @Column(name = "retires_at")
    private @Nullable Instant retiresAt;

    @Column(name = "revoked_at")
    private @Nullable Instant revokedAt;

    @Column(name = "revoke_reason")
    private @Nullable String revokeReason;

    @Column(table = "token_usage", name = "first_used_at", insertable = false, updatable = false)
    private @Nullable Instant firstUsedAt;

    @Column(table = "token_usage", name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @NullUnmarked
    protected Token() {}

    /** A new current token. */
    public Token(
            TokenId id,
            Connection connection,
            byte[] mac,
            long generation,
            Instant issuedAt,
            @Nullable Instant expiresAt) {
        this.tokenId = id.value();
        this.connectionId = connection.id().value();
        this.environment = connection.environment().value();
        this.mac = mac;
        this.generation = generation;
        this.state = TokenState.CURRENT;
        this.issuedAt = issuedAt;
        this.expiresAt = expiresAt;
    }

    public TokenId id() {
        return new TokenId(tokenId);
    }

    public ConnectionId connectionId() {
        return new ConnectionId(connectionId);
    }

    public EnvironmentName environment() {
        return new EnvironmentName(environment);
    }

    public byte[] mac() {
        return mac;
    }

    /** The state as last recorded; {@link TokenLife#stateAt} says what time has made of it. */
    public TokenState recordedState() {
        return state;
    }

    public Instant issuedAt() {
        return issuedAt;
    }

    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    public @Nullable Instant retiresAt() {
        return retiresAt;
    }

    /** How long the overlap of a retiring token lasts, from the publication of its successor; null when it never retired. */
    public @Nullable Duration overlap() {
        return overlapMillis == null ? null : Duration.ofMillis(overlapMillis);
    }

    public @Nullable Instant firstUsedAt() {
        return firstUsedAt;
    }

    public @Nullable Instant lastUsedAt() {
        return lastUsedAt;
    }

    public @Nullable Instant revokedAt() {
        return revokedAt;
    }

    public @Nullable String revokeReason() {
        return revokeReason;
    }

    public TokenLife life(Environment.Policy policy) {
        return new TokenLife(
                state,
                endCause,
                expiresAt,
                retiresAt,
                lastUsedAt == null ? issuedAt : lastUsedAt,
                policy.inactivityLimit());
    }

    /** Begins an overlap whose clock starts at {@code from}, or when the successor is published, when that is null. */
    public void retire(Duration overlap, @Nullable Instant from) {
        state = TokenState.RETIRING;
        overlapMillis = overlap.toMillis();
        if (from != null) {
            Instant end = from.plus(overlap);
            retiresAt = expiresAt != null && expiresAt.isBefore(end) ? expiresAt : end;
        }
    }

    /** Records what time has brought about already. */
    public void expire(EndCause cause) {
        state = TokenState.EXPIRED;
        endCause = cause;
    }

    /** Ends it now. */
    public void revoke(EndCause cause, @Nullable String reason, Instant now) {
        state = TokenState.REVOKED;
        endCause = cause;
        revokedAt = now;
        revokeReason = reason;
    }
}
