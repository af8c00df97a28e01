package io.tokenvault.api;

import io.tokenvault.access.Call;
import io.tokenvault.connection.Profile;
import io.tokenvault.connection.RateLimit;
import io.tokenvault.connection.SourceSystem;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.lifecycle.ConnectionCreator;
import io.tokenvault.lifecycle.TokenRotator;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.IsoDuration;
import io.tokenvault.token.Scope;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bodies of requests about connections. */
@ApplicationScoped
class ConnectionRequests {
    static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    static final Pattern LABEL_KEY = Pattern.compile("[a-z0-9_.-]{1,63}");
    static final int LONGEST_LABEL_VALUE = 256;

    private static final int LONGEST_CREDENTIALS = 24_000;
    private static final int LONGEST_DISPLAY_NAME = 128;
    private static final int LONGEST_REASON = 500;
    private static final int MOST_LABELS = 16;
    private static final int MOST_SCOPES = 32;
    private static final int MOST_RANGES = 64;
    private static final List<String> EVERY_ENTITY =
            List.of("purchase_orders:read", "work_orders:read", "inventory_items:read", "vendors:read", "assets:read");

    private final Lookup lookup;
    private final Call call;

    ConnectionRequests(Lookup lookup, Call call) {
        this.lookup = lookup;
        this.call = call;
    }

    private record Editable(
            Field<String> displayName,
            Field<Map<String, String>> labels,
            Field<List<String>> scopes,
            Field<List<AddressRange>> allowedCidrs,
            Field<Supplier<RateLimit>> rateLimit) {

        static Editable of(JsonFields fields) {
            return new Editable(
                    fields.text("display_name", LONGEST_DISPLAY_NAME),
                    fields.textMap(
                            "labels",
                            MOST_LABELS,
                            LABEL_KEY,
                            LONGEST_LABEL_VALUE,
                            "must be at most " + MOST_LABELS
                                    + " labels, each key of 1 to 63 characters of a-z 0-9 _ . -"
                                    + " and each value text of at most " + LONGEST_LABEL_VALUE + " characters"),
                    fields.list("scopes", MOST_SCOPES, Scope::parse, Scope.RULE),
                    fields.list(
                            "allowed_cidrs",
                            MOST_RANGES,
                            AddressRange::parse,
                            "each an IPv4 or IPv6 range in CIDR notation"),
                    fields.object("rate_limit", ConnectionRequests::rateLimit));
        }

        /** For a new connection: what is left out, or null, is as it is by default. */
        Profile create() {
            return new Profile(
                    displayName.find().orElse(null),
                    labels.orElse(Map.of()),
                    scopes.orElse(EVERY_ENTITY),
                    texts(allowedCidrs.orElse(List.of())),
                    rateLimit.find().map(Supplier::get).orElse(null));
        }

        /** For an existing one: what is left out stays, null clears. */
        Profile applyTo(Profile before) {
            return new Profile(
                    displayName.given() ? displayName.find().orElse(null) : before.displayName(),
                    labels.given() ? labels.orElse(Map.of()) : before.labels(),
                    scopes.given() ? scopes.orElse(List.of()) : before.scopes(),
                    allowedCidrs.given() ? texts(allowedCidrs.orElse(List.of())) : before.allowedCidrs(),
                    rateLimit.given() ? rateLimit.find().map(Supplier::get).orElse(null) : before.rateLimit());
        }

        private static List<String> texts(List<AddressRange> ranges) {
            return ranges.stream().map(AddressRange::toString).toList();
        }
    }

    ConnectionCreator.Request creation() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<String> tenant = fields.text("tenant", TENANT, "must be 1 to 64 characters of A-Z a-z 0-9 . _ -")
                .required();
        Field<SourceSystem> system = fields.value(
                        "system",
                        SourceSystem::parse,
                        "must be one of sap_s4hana, netsuite, dynamics_fo, dynamics_bc, custom")
                .required();
        Field<EnvironmentName> environment = fields.value("environment", lookup::existing, Lookup.ENVIRONMENT_RULE)
                .required();
        Editable editable = Editable.of(fields);
        Field<byte[]> credentials = fields.json("credentials", LONGEST_CREDENTIALS);
        Field<Duration> expiresIn = fields.duration("expires_in");
        fields.verify();
        return new ConnectionCreator.Request(
                tenant.get(),
                system.get(),
                lookup.reachable(environment.get()),
                editable.create(),
                credentials.find().map(ConnectionRequests::secret).orElse(null),
                expiresIn.find().orElse(null));
    }

    UnaryOperator<Profile> edit() {
        JsonFields fields = JsonFields.parse(call.body());
        Editable editable = Editable.of(fields);
        fields.verify();
        return editable::applyTo;
    }

    TokenRotator.Request rotation() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<Duration> overlap = fields.durationOrZero("overlap");
        Field<Duration> expiresIn = fields.duration("expires_in");
        Field<String> reason = fields.text("reason", LONGEST_REASON);
        fields.verify();
        return new TokenRotator.Request(
                overlap.find().orElse(null),
                expiresIn.find().orElse(null),
                reason.find().orElse(null));
    }

    SecretValue reconnection() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<byte[]> credentials =
                fields.json("credentials", LONGEST_CREDENTIALS).required();
        fields.verify();
        return secret(credentials.get());
    }

    /** A body that holds nothing but an optional reason. */
    @Nullable
    String reason() {
        JsonFields fields = JsonFields.parse(call.body());
        Field<String> reason = fields.text("reason", LONGEST_REASON);
        fields.verify();
        return reason.find().orElse(null);
    }

    private static Supplier<RateLimit> rateLimit(JsonFields fields) {
        Field<Long> limit = fields.number("limit", 1, 1_000_000_000).required();
        Field<String> period = fields.value(
                        "period",
                        text -> IsoDuration.parse(text)
                                .filter(Duration::isPositive)
                                .map(_ -> text),
                        "must be a positive ISO 8601 duration such as PT1M")
                .required();
        return () -> new RateLimit(limit.get(), period.get());
    }

    private static SecretValue secret(byte[] json) {
        return SecretValue.parse(new String(json, java.nio.charset.StandardCharsets.UTF_8));
    }
}
