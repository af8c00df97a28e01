package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;
import static io.tokenvault.access.Role.SECURITY;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.access.Call;
import io.tokenvault.access.Caller;
import io.tokenvault.api.Answer.Effect;
import io.tokenvault.coherence.AuditHistory;
import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.http.Field;
import io.tokenvault.http.JsonFields;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.restoration.EventReplay.Event;
import io.tokenvault.lifecycle.restoration.RestorationDecisions;
import io.vertx.ext.web.RoutingContext;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of a restore of the database from an old dump, and the decision about it. */
@Path("/v1/restored-database")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RestoredDatabaseResource {
    private static final String ACCEPT = "accept";
    private static final String REPLAY = "replay_revocations";
    private static final String RETIRE = "retire_keyrings";
    private static final String DECISION = "POST /v1/restored-database/decision";
    private static final int LONGEST_REASON = 500;

    private final RestoredDatabase restored;
    private final AuditHistory log;
    private final RestorationDecisions decisions;
    private final ExportReplay replay;
    private final Changes changes;
    private final Denials denials;
    private final Call call;

    RestoredDatabaseResource(
            RestoredDatabase restored,
            AuditHistory log,
            RestorationDecisions decisions,
            ExportReplay replay,
            Changes changes,
            Denials denials,
            Call call) {
        this.restored = restored;
        this.log = log;
        this.decisions = decisions;
        this.replay = replay;
        this.changes = changes;
        this.denials = denials;
        this.call = call;
    }

    @GET
    @Allowed({SECURITY, AUDITOR, ADMIN})
    @Transactional
    public Response get(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        return Response.ok(Json.data(state()).toString()).build();
    }

    @POST
    @Path("decision")
    @Allowed(ADMIN)
    public Response decide(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        if (!(call.caller().reach() instanceof Caller.Reach.Everywhere)) {
            throw denials.forbidden(DECISION, call.origin(), "only a caller bound to all environments may decide");
        }
        JsonFields fields = JsonFields.parse(call.body());
        Field<String> decision =
                fields.oneOf("decision", Set.of(ACCEPT, REPLAY, RETIRE)).required();
        Field<String> reason =
                fields.text("reason", LONGEST_REASON).required().check(text -> !text.isBlank(), "must not be blank");
        Field<List<Supplier<Optional<Event>>>> events = AuditExport.read(fields, "events");
        fields.verify();
        if (events.find().isPresent() != decision.get().equals(REPLAY)) {
            throw ProblemException.malformed("events: belong to replay_revocations, and to nothing else");
        }
        Response response = changes.post(() -> switch (decision.get()) {
            case REPLAY -> replayed(AuditExport.succeeded(events.get()), reason.get());
            case RETIRE -> retired(reason.get());
            default -> accepted(reason.get());
        });
        restored.refresh();
        return response;
    }

    private Answer accepted(String reason) {
        if (!decisions.accept(reason, call.origin())) {
            throw nothingToDecide();
        }
        return answer(null, null);
    }

    private Answer retired(String reason) {
        int revoked = decisions.revokeEverything(reason, call.origin()).orElseThrow(this::nothingToDecide);
        return answer(null, revoked).effective(Effect.TIGHTENING);
    }

    private Answer replayed(List<Event> events, String reason) {
        if (restored.finding().isEmpty()) {
            throw nothingToDecide();
        }
        return answer(replay.replay(events, reason), null).effective(Effect.TIGHTENING);
    }

    private Answer answer(@Nullable ObjectNode replayed, @Nullable Integer revoked) {
        ObjectNode body = Json.data(state());
        body.set("replay", replayed);
        body.put("revoked", revoked);
        body.putNull("effective");
        return Answer.ok(body);
    }

    private ProblemException nothingToDecide() {
        return ProblemException.of(
                ProblemCode.CONFLICT, "the database was not found to be restored, or somebody has decided already");
    }

    private ObjectNode state() {
        Optional<RestoredDatabase.Finding> finding = restored.finding();
        ObjectNode json = Json.object();
        json.put("restored", finding.isPresent());
        json.put("found_at", Json.time(finding.map(RestoredDatabase.Finding::at).orElse(null)));
        json.put("head", log.head().number());
        finding.ifPresentOrElse(
                found -> {
                    ObjectNode mark = json.putObject("mark");
                    mark.put("head", found.markHead());
                    mark.put("written_at", Json.time(found.markWrittenAt()));
                },
                () -> json.putNull("mark"));
        return json;
    }
}
