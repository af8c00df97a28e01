package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;
import static io.tokenvault.access.Role.SECURITY;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.audit.AuditTrail;
import io.tokenvault.http.Cursor;
import io.tokenvault.http.Field;
import io.tokenvault.http.PageRequest;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import io.vertx.ext.web.RoutingContext;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** What happened, newest first. Whoever is bound to environments sees the events of those. */
@Path("/v1/audit-events")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AuditEventsResource {
    private static final Pattern ACTION = Pattern.compile("[a-z_.-]{1,64}");
    private static final Pattern OBJECT_ID = Pattern.compile("[!-~ ]{1,256}");

    private final AuditTrail trail;
    private final Lookup lookup;

    AuditEventsResource(AuditTrail trail, Lookup lookup) {
        this.trail = trail;
        this.lookup = lookup;
    }

    @GET
    @Allowed({SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response list(RoutingContext exchange) {
        QueryParameters query = QueryParameters.of(exchange);
        Field<OperatorId> actor = query.value("actor", OperatorId::parse, "is no id of an operator");
        Field<String> action = query.value("action", text -> matching(ACTION, text), "is no action");
        Field<String> object = query.value("object_id", text -> matching(OBJECT_ID, text), "is no id of an object");
        Field<EnvironmentName> environment = query.value("environment", lookup::existing, Lookup.ENVIRONMENT_RULE);
        Field<Instant> from = query.instant("from");
        Field<Instant> to = query.instant("to");
        Supplier<PageRequest> paging = query.page();
        query.verify();
        PageRequest page = paging.get();
        List<AuditTrail.Entry> rows = trail.page(
                new AuditTrail.Filter(
                        lookup.shown(environment),
                        actor.find().orElse(null),
                        action.find().orElse(null),
                        object.find().orElse(null),
                        from.find().orElse(null),
                        to.find().orElse(null)),
                page.after().map(cursor -> sequence(cursor.id())).orElse(Long.MAX_VALUE),
                Lists.rows(page));
        return Response.ok(Lists.page(page, rows, AuditEventsResource::shape, AuditEventsResource::cursor)
                        .toString())
                .build();
    }

    private static ObjectNode shape(AuditTrail.Entry entry) {
        ObjectNode json = Json.object();
        json.put("event_id", entry.eventId());
        json.put("seq", entry.seq());
        json.put("at", Json.time(entry.at()));
        ObjectNode actor = json.putObject("actor");
        actor.put("operator_id", entry.actor().operatorId());
        actor.put("name", entry.actor().name());
        actor.put("method", entry.actor().method());
        json.put("action", entry.action());
        ObjectNode object = json.putObject("object");
        object.put("type", entry.object().type());
        object.put("id", entry.object().id());
        json.put("environment", entry.environment());
        json.put("result", entry.result());
        json.put("reason", entry.reason());
        json.put("request_id", entry.requestId());
        json.put("source_ip", entry.sourceIp());
        return json;
    }

    private static Cursor cursor(AuditTrail.Entry entry) {
        return new Cursor(entry.at(), Long.toString(entry.seq()));
    }

    private static long sequence(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException ofAnotherList) {
            throw io.tokenvault.http.ProblemException.malformed("cursor: is not a next_cursor of this list");
        }
    }

    private static Optional<String> matching(Pattern pattern, String text) {
        return Optional.of(text).filter(value -> pattern.matcher(value).matches());
    }
}
