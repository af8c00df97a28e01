package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.connection.Connection;
import io.tokenvault.connection.Connections;
import io.tokenvault.connection.Profile;
import io.tokenvault.connection.RateLimit;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Connections as JSON. */
@ApplicationScoped
class ConnectionShapes {
    private final Connections connections;
    private final Environments environments;
    private final Publications publications;
    private final Backends backends;

    ConnectionShapes(Connections connections, Environments environments, Publications publications, Backends backends) {
        this.connections = connections;
        this.environments = environments;
        this.publications = publications;
        this.backends = backends;
    }

    ObjectNode of(Connection connection) {
        return of(List.of(connection)).apply(connection);
    }

    /** The shape of each of these; what belongs to them is read once for all. */
    Function<Connection, ObjectNode> of(List<Connection> page) {
        List<ConnectionId> ids = page.stream().map(Connection::id).toList();
        Map<ConnectionId, Connections.Facts> facts = connections.facts(ids, environments.inactivitySeconds());
        Map<ConnectionId, Instant> published = publications.publishedAt(ids);
        return connection -> shape(
                connection,
                facts.getOrDefault(connection.id(), Connections.Facts.NONE),
                published.get(connection.id()));
    }

    private ObjectNode shape(Connection connection, Connections.Facts facts, @Nullable Instant publishedAt) {
        Profile profile = connection.profile();
        ObjectNode json = Json.object();
        json.put("connection_id", connection.id().value());
        json.put("tenant", connection.tenant());
        json.put("system", connection.system());
        json.put("environment", connection.environment().value());
        json.put("display_name", profile.displayName());
        json.put("status", connection.status().code());
        json.put("status_reason", connection.statusReason());
        json.set("scopes", Json.texts(profile.scopes()));
        ObjectNode labels = json.putObject("labels");
        profile.labels().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(label -> labels.put(label.getKey(), label.getValue()));
        json.set("allowed_cidrs", Json.texts(profile.allowedCidrs()));
        json.set("rate_limit", rateLimit(profile.rateLimit()));
        json.put("created_at", Json.time(connection.createdAt()));
        json.put("updated_at", Json.time(connection.updatedAt()));
        TokenId current = connection.isDisconnected() ? null : facts.current();
        json.put("current_token_id", current == null ? null : current.value());
        json.put("last_validated_at", Json.time(facts.lastValidatedAt()));
        json.set("secret", secret(connection, publishedAt));
        return json;
    }

    private static @Nullable ObjectNode rateLimit(@Nullable RateLimit limit) {
        if (limit == null) {
            return null;
        }
        ObjectNode json = Json.object();
        json.put("limit", limit.limit());
        json.put("period", limit.period());
        return json;
    }

    private @Nullable ObjectNode secret(Connection connection, @Nullable Instant publishedAt) {
        if (environments.get(connection.environment()).storage() == Environment.StorageMode.SEALED) {
            return null;
        }
        ObjectNode json = Json.object();
        json.put("backend", backends.nameOf(connection.environment()));
        json.put("name", new SecretName.ConnectionToken(connection.environment(), connection.id()).path());
        json.put("published_at", Json.time(publishedAt));
        return json;
    }
}
