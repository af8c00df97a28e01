package io.tokenvault.http;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jboss.logging.MDC;

/** A resource of the tests: what the edge does with answers, bodies and failures of JAX-RS. */
@Path("/v1/edge-probe")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class EdgeProbe {
    static final String CANARY = "canary-tv_prod_not-for-logs";

    @GET
    @Open("test")
    public String get() {
        return "{\"request_id\":\"%s\",\"virtual_thread\":%s}"
                .formatted(MDC.get("requestId"), Thread.currentThread().isVirtual());
    }

    @POST
    @Open("test")
    public String post(RoutingContext exchange) {
        JsonFields body = JsonFields.parse(Objects.requireNonNull(exchange.<byte[]>get(EdgeProbeFilter.BODY)));
        Field<String> name = body.text("display_name", 128);
        Field<Long> count = body.number("count", 1, 9);
        body.verify();
        return "{\"name\":\"%s\",\"count\":%d,\"given\":%s}".formatted(name.orElse(""), count.orElse(0L), name.given());
    }

    @GET
    @Path("/{id}/fails/{how}")
    @Open("test")
    public String fail(@PathParam("how") String how) throws SQLException {
        throw switch (how) {
            case "bug" -> new IllegalStateException(CANARY);
            case "database" -> new IllegalStateException(new SQLException("refused", "08001"));
            case "forbidden" -> ProblemException.of(ProblemCode.FORBIDDEN, "not yours");
            case "credential" -> ProblemException.badCredential("the key is not known");
            case "busy" -> ProblemException.retryable(ProblemCode.CONFLICT, "busy", Duration.ofMillis(1200));
            default -> ProblemException.of(ProblemCode.NOT_FOUND, "no such probe");
        };
    }

    @DELETE
    @Path("/{id}")
    @Open("test")
    public String delete(@PathParam("id") String id) {
        return "{\"id\":\"%s\"}".formatted(id);
    }
}
