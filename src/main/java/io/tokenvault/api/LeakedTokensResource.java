package io.tokenvault.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Call;
import io.tokenvault.http.Open;
import io.tokenvault.http.ProblemException;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.http.StrictJson;
import io.tokenvault.lifecycle.LeakedTokens;
import io.tokenvault.lifecycle.TokenRevoker;
import io.tokenvault.lifecycle.publication.Publisher;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes tokens that were found in public. The answer never tells which of them were real. */
@Path("/v1/leaked-tokens")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class LeakedTokensResource {
    private static final int LONGEST_SOURCE = 200;

    private final LeakedTokens leaked;
    private final Publisher publisher;
    private final Call call;

    LeakedTokensResource(LeakedTokens leaked, Publisher publisher, Call call) {
        this.leaked = leaked;
        this.publisher = publisher;
        this.call = call;
    }

    /** One token that was found. */
    private record Finding(String token, @Nullable String source) {}

    @POST
    @Open("possession of a whole token is enough to end it")
    public Response report(RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        List<Finding> findings = read(StrictJson.parse(call.body()));
        List<Publisher.Wish> wishes = new ArrayList<>();
        for (Finding finding : findings) {
            leaked.report(finding.token(), finding.source(), call.origin())
                    .filter(TokenRevoker.Revoked::changed)
                    .ifPresent(revoked -> wishes.add(ConnectionAnswers.wish(revoked.connection())));
        }
        publisher.publish(wishes);
        return Response.accepted(Json.object().put("received", findings.size()).toString())
                .build();
    }

    private static List<Finding> read(JsonNode document) {
        List<Finding> findings = new ArrayList<>();
        if (document.isArray()) {
            // What GitHub's secret scanning sends: [{"token","type","url","source"}], with fields still to be invented.
            for (JsonNode item : document) {
                findings.add(finding(item.path("token"), item.path("source")));
            }
        } else if (document.isObject() && document.path("tokens").isArray()) {
            document.fieldNames().forEachRemaining(LeakedTokensResource::refuseUnknown);
            JsonNode source = document.path("source");
            if (!source.isMissingNode() && !source.isNull() && !source.isTextual()) {
                throw ProblemException.malformed("source must be text");
            }
            for (JsonNode token : document.path("tokens")) {
                findings.add(finding(token, source));
            }
        } else {
            throw ProblemException.malformed("send {\"tokens\":[…]} or an array of objects with a token each");
        }
        return findings;
    }

    private static void refuseUnknown(String field) {
        if (!field.equals("tokens") && !field.equals("source")) {
            throw ProblemException.malformed("only the fields tokens and source are known here");
        }
    }

    private static Finding finding(JsonNode token, JsonNode source) {
        if (!token.isTextual()) {
            throw ProblemException.malformed("every token must be text");
        }
        String from = source.isTextual() && source.textValue().length() <= LONGEST_SOURCE ? source.textValue() : null;
        return new Finding(token.textValue(), from);
    }
}
