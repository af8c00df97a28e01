package io.tokenvault.connection;

import io.tokenvault.connection.ConnectionStatus.Disconnected;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.connection.ConnectionStatus.Suspended;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** One link of a tenant to a source system, as a row. Changes hold inside the transaction that locked it. */
@Entity
public class Connection {

    enum StatusColumn {
        ACTIVE,
        REAUTHORIZATION_REQUIRED,
        SUSPENDED,
        DISCONNECTED
    }

    @Id
    @Column(name = "connection_id")
    private String connectionId;

    private String tenant;
    private String system;
    private String environment;

    @Column(name = "display_name")
    private @Nullable String displayName;

    @Enumerated(EnumType.STRING)
    private StatusColumn status;

    @Enumerated(EnumType.STRING)
    @Column(name = "status_under")
    private @Nullable Operating statusUnder;

    @Column(name = "status_reason")
    private @Nullable String statusReason;

    @Column(name = "reason_under")
    private @Nullable String reasonUnder;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> scopes;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> labels;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(name = "allowed_cidrs")
    private List<String> allowedCidrs;

    @Column(name = "rate_limit")
    private @Nullable Long rateLimit;

    @Column(name = "rate_limit_period")
    private @Nullable String rateLimitPeriod;

    private byte @Nullable [] credentials;
    private long generation;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "updated_at")
    private Instant updatedAt;

    @NullUnmarked
    protected Connection() {}

    /** A new, active connection that has no token yet. */
    public Connection(
            ConnectionId id,
            String tenant,
            SourceSystem system,
            EnvironmentName environment,
            Profile profile,
            Instant now) {
        this.connectionId = id.value();
        this.tenant = tenant;
        this.system = system.code();
        this.environment = environment.value();
        this.status = StatusColumn.ACTIVE;
        this.displayName = profile.displayName();
        this.scopes = profile.scopes();
        this.labels = profile.labels();
        this.allowedCidrs = profile.allowedCidrs();
        setRateLimit(profile.rateLimit());
        this.createdAt = now;
        this.updatedAt = now;
    }

    public ConnectionId id() {
        return new ConnectionId(connectionId);
    }

    public String tenant() {
        return tenant;
    }

    public String system() {
        return system;
    }

    public EnvironmentName environment() {
        return new EnvironmentName(environment);
    }

    public ConnectionStatus status() {
        return switch (status) {
            case ACTIVE -> Operating.ACTIVE;
            case REAUTHORIZATION_REQUIRED -> Operating.REAUTHORIZATION_REQUIRED;
            case SUSPENDED -> new Suspended(Objects.requireNonNull(statusUnder));
            case DISCONNECTED -> new Disconnected();
        };
    }

    public @Nullable String statusReason() {
        return statusReason;
    }

    /** What can be edited of it. */
    public Profile profile() {
        return new Profile(
                displayName,
                labels,
                scopes,
                allowedCidrs,
                rateLimit == null || rateLimitPeriod == null ? null : new RateLimit(rateLimit, rateLimitPeriod));
    }

    /** The sealed credentials of the source system; null when none were given, or they were deleted. */
    public byte @Nullable [] sealedCredentials() {
        return credentials;
    }

    public long generation() {
        return generation;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public Instant updatedAt() {
        return updatedAt;
    }

    public boolean isDisconnected() {
        return status == StatusColumn.DISCONNECTED;
    }

    /**
     * Takes on the status that a {@link ConnectionStatus.Transition.To} named.
     *
     * @param reason a person's words; the status under a suspension keeps its own
     */
    public void become(ConnectionStatus next, @Nullable String reason, Instant now) {
        switch (next) {
            case Operating operating -> {
                boolean resumed = status == StatusColumn.SUSPENDED;
                status = StatusColumn.valueOf(operating.name());
                statusReason = resumed ? reasonUnder : operating == Operating.ACTIVE ? null : reason;
                statusUnder = null;
                reasonUnder = null;
            }
            case Suspended suspended -> {
                if (status == StatusColumn.SUSPENDED) {
                    reasonUnder = reason;
                } else {
                    reasonUnder = statusReason;
                    statusReason = reason;
                }
                status = StatusColumn.SUSPENDED;
                statusUnder = suspended.under();
            }
            case Disconnected _ -> {
                status = StatusColumn.DISCONNECTED;
                statusReason = reason;
                statusUnder = null;
                reasonUnder = null;
                credentials = null;
            }
        }
        updatedAt = now;
    }

    public void edit(Profile profile, Instant now) {
        displayName = profile.displayName();
        labels = profile.labels();
        scopes = profile.scopes();
        allowedCidrs = profile.allowedCidrs();
        setRateLimit(profile.rateLimit());
        updatedAt = now;
    }

    public void replaceCredentials(byte[] sealed) {
        credentials = sealed;
    }

    /** Counts one change of what consumers should read. */
    public long nextGeneration(Instant now) {
        generation++;
        updatedAt = now;
        return generation;
    }

    private void setRateLimit(@Nullable RateLimit limit) {
        rateLimit = limit == null ? null : limit.limit();
        rateLimitPeriod = limit == null ? null : limit.period();
    }
}
