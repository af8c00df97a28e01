package io.tokenvault.validation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.RateLimit;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenLife;
import io.tokenvault.token.TokenState;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What validation knows of one token and its connection. Immutable, and packed, since a replica keeps one for every
 * token that is in use; prints nothing but the id.
 */
public final class TokenRecord {
    private static final long NEVER = Long.MAX_VALUE;

    private final PackedId id;
    private final byte[] mac;
    private final byte[] connection;
    private final byte[] tenant;
    private final Terms terms;
    private final TokenState state;
    private final @Nullable EndCause cause;
    private final long expiresAt;
    private final long retiresAt;
    private final long lastActiveAt;
    private final long issuedAt;

    TokenRecord(
            TokenId id,
            ConnectionId connection,
            String tenant,
            byte[] mac,
            Instant issuedAt,
            TokenLife life,
            Terms terms) {
        this(
                PackedId.of(id),
                mac.clone(),
                connection.value().getBytes(US_ASCII),
                tenant.getBytes(UTF_8),
                terms,
                issuedAt.toEpochMilli(),
                life);
    }

    private TokenRecord(
            PackedId id, byte[] mac, byte[] connection, byte[] tenant, Terms terms, long issuedAt, TokenLife life) {
        this.id = id;
        this.mac = mac;
        this.connection = connection;
        this.tenant = tenant;
        this.terms = terms;
        this.state = life.recorded();
        this.cause = life.cause();
        this.expiresAt = packed(life.expiresAt());
        this.retiresAt = packed(life.retiresAt());
        this.lastActiveAt = life.lastActiveAt().toEpochMilli();
        this.issuedAt = issuedAt;
    }

    public TokenId id() {
        return id.unpack();
    }

    public ConnectionId connection() {
        return new ConnectionId(new String(connection, ISO_8859_1));
    }

    public String tenant() {
        return new String(tenant, UTF_8);
    }

    public String system() {
        return terms.system();
    }

    public EnvironmentName environment() {
        return terms.environment();
    }

    public ConnectionStatus status() {
        return terms.status();
    }

    public List<String> scopes() {
        return terms.scopes();
    }

    public List<AddressRange> allowedRanges() {
        return terms.allowedRanges();
    }

    public Instant issuedAt() {
        return Instant.ofEpochMilli(issuedAt);
    }

    /** How often the token may be used; empty: any number of times. */
    public Optional<RateLimit> rateLimit() {
        return Optional.ofNullable(terms.rateLimit());
    }

    /** As it was read: {@link #life()} may be over. */
    TokenState state() {
        return state;
    }

    @Nullable
    Duration inactivityLimit() {
        return terms.inactivityLimit();
    }

    /** Its life as it was read. */
    public TokenLife life() {
        return lifeActiveAt(lastActiveAt);
    }

    /** Its life, when a use at {@code millis} is known of. */
    TokenLife lifeActiveAt(long millis) {
        return new TokenLife(
                state,
                cause,
                unpacked(expiresAt),
                unpacked(retiresAt),
                Instant.ofEpochMilli(Math.max(lastActiveAt, millis)),
                terms.inactivityLimit());
    }

    /** The same token, ended: as it has ended by {@code now}, or by a revocation. */
    TokenRecord endedBy(Instant now) {
        return new TokenRecord(id, mac, connection, tenant, terms, issuedAt, life().endedBy(now));
    }

    PackedId packedId() {
        return id;
    }

    /** Its keyed MAC; not a copy. */
    byte[] mac() {
        return mac;
    }

    /** The same for each token of a connection, and the same for few others. */
    int connectionHash() {
        return Arrays.hashCode(connection);
    }

    static int hash(ConnectionId connection) {
        return Arrays.hashCode(connection.value().getBytes(US_ASCII));
    }

    boolean allows(@Nullable InetAddress source) {
        if (terms.allowedRanges().isEmpty()) {
            return true;
        }
        return source != null && terms.allowedRanges().stream().anyMatch(range -> range.contains(source));
    }

    private static long packed(@Nullable Instant time) {
        return time == null ? NEVER : time.toEpochMilli();
    }

    private static @Nullable Instant unpacked(long millis) {
        return millis == NEVER ? null : Instant.ofEpochMilli(millis);
    }

    @Override
    public String toString() {
        return "TokenRecord[" + id + "]";
    }
}
