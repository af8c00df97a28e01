package io.tokenvault.access;

import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import io.tokenvault.token.TokenId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** A person or service that calls the control plane, as a row: a keyed MAC of its key, never the key. */
@Entity
public class Operator {
    private static final String EVERYWHERE = "*";

    @Id
    @Column(name = "operator_id")
    private String operatorId;

    private String name;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> roles;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> environments;

    @Column(name = "key_id")
    private String keyId;

    @Column(name = "key_mac")
    private byte[] keyMac;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "last_used_at", insertable = false, updatable = false)
    private @Nullable Instant lastUsedAt;

    @Column(name = "removed_at")
    private @Nullable Instant removedAt;

    @NullUnmarked
    protected Operator() {}

    Operator(
            OperatorId id,
            String name,
            Set<Role> roles,
            Caller.Reach reach,
            TokenId keyId,
            byte[] keyMac,
            Instant now,
            @Nullable Instant expiresAt) {
        this.operatorId = id.value();
        this.name = name;
        this.roles = roles.stream().sorted().map(Role::code).toList();
        this.environments = switch (reach) {
            case Caller.Reach.Everywhere _ -> List.of(EVERYWHERE);
            case Caller.Reach.Only(var names) ->
                names.stream().map(EnvironmentName::value).sorted().toList();
        };
        this.keyId = keyId.value();
        this.keyMac = keyMac;
        this.createdAt = now;
        this.expiresAt = expiresAt;
    }

    public OperatorId id() {
        return new OperatorId(operatorId);
    }

    public String name() {
        return name;
    }

    public Set<Role> roles() {
        Set<Role> known = EnumSet.noneOf(Role.class);
        roles.forEach(code -> Role.parse(code).ifPresent(known::add));
        return known;
    }

    public Caller.Reach reach() {
        return environments.contains(EVERYWHERE)
                ? new Caller.Reach.Everywhere()
                : new Caller.Reach.Only(
                        environments.stream().map(EnvironmentName::new).collect(Collectors.toUnmodifiableSet()));
    }

    /** As in JSON: names, or {@code *} alone. */
    public List<String> environments() {
        return environments;
    }

    public List<String> roleCodes() {
        return roles;
    }

    public TokenId keyId() {
        return new TokenId(keyId);
    }

    byte[] keyMac() {
        return keyMac;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    public @Nullable Instant lastUsedAt() {
        return lastUsedAt;
    }

    public @Nullable Instant removedAt() {
        return removedAt;
    }

    /** Whether its key opens anything at {@code now}. */
    public boolean isActiveAt(Instant now) {
        return removedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }

    void remove(Instant now) {
        removedAt = now;
    }

    void replaceKey(TokenId keyId, byte[] keyMac) {
        this.keyId = keyId.value();
        this.keyMac = keyMac;
    }
}
