package io.tokenvault.api;

import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.lifecycle.restoration.EventReplay.Event;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Reads events as {@code GET /v1/audit-events} gives them. */
final class AuditExport {
    private static final int MOST = 10_000;
    private static final int LONGEST = 500;
    private static final Set<String> RESULTS = Set.of("success", "denied", "failed");
    private static final Pattern EVENT_ID = Pattern.compile("[!-~]{1,64}");
    private static final Pattern ACTION = Pattern.compile("[a-z_.-]{1,64}");

    private AuditExport() {}

    /** Asks for a list of events; what it gives after verify are those that succeeded, in the order of their log. */
    static Field<List<Supplier<Optional<Event>>>> read(JsonFields fields, String name) {
        return fields.objects(name, 1, MOST, AuditExport::event);
    }

    static List<Event> succeeded(List<Supplier<Optional<Event>>> events) {
        return events.stream()
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparingLong(Event::seq))
                .toList();
    }

    private static Supplier<Optional<Event>> event(JsonFields fields) {
        Field<String> id =
                fields.text("event_id", EVENT_ID, "is no id of an event").required();
        Field<Long> seq = fields.number("seq", 1, Long.MAX_VALUE).required();
        Field<Instant> at = fields.instant("at").required();
        Field<String> action =
                fields.text("action", ACTION, "is no action of an event").required();
        Field<Supplier<Optional<String>>> object =
                fields.object("object", AuditExport::object).required();
        Field<String> result = fields.oneOf("result", RESULTS).required();
        Field<String> reason = fields.text("reason", LONGEST);
        fields.object("actor", AuditExport::actor);
        for (String unused : List.of("environment", "request_id", "source_ip")) {
            fields.text(unused, LONGEST);
        }
        return () -> result.get().equals("success")
                ? Optional.of(new Event(
                        id.get(),
                        seq.get(),
                        at.get(),
                        action.get(),
                        object.get().get().orElse(null),
                        reason.find().orElse(null)))
                : Optional.empty();
    }

    private static Supplier<Optional<String>> object(JsonFields fields) {
        fields.text("type", LONGEST);
        Field<String> id = fields.text("id", LONGEST);
        return id::find;
    }

    private static Supplier<Boolean> actor(JsonFields fields) {
        for (String unused : List.of("operator_id", "name", "method")) {
            fields.text(unused, LONGEST);
        }
        return () -> true;
    }
}
