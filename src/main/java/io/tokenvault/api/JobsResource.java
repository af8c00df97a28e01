package io.tokenvault.api;

import static io.tokenvault.access.Role.ADMIN;
import static io.tokenvault.access.Role.AUDITOR;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenvault.access.Allowed;
import io.tokenvault.http.QueryParameters;
import io.tokenvault.lifecycle.jobs.Job;
import io.tokenvault.lifecycle.jobs.Jobs;
import io.tokenvault.token.JobId;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Background jobs, those in environments of the caller. */
@Path("/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class JobsResource {
    private final Jobs jobs;
    private final Lookup lookup;

    JobsResource(Jobs jobs, Lookup lookup) {
        this.jobs = jobs;
        this.lookup = lookup;
    }

    @GET
    @Path("{id}")
    @Allowed({AUDITOR, ADMIN})
    public Response get(@PathParam("id") String id, RoutingContext exchange) {
        QueryParameters.refuseAll(exchange);
        Job job = JobId.parse(id)
                .flatMap(jobs::find)
                .filter(found -> lookup.visible("job", id, found.environment()))
                .orElseThrow(Lookup::notFound);
        return Response.ok(Json.data(JobShapes.of(job)).toString()).build();
    }
}
