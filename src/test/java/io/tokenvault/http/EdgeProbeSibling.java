package io.tokenvault.http;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.util.Map;

/** A second resource under the same prefix, as most of ours are. */
@Path("/v1/edge-probe/{id}/turn")
@Produces("application/json")
public class EdgeProbeSibling {

    @POST
    @Open("test")
    public Map<String, String> turn(@PathParam("id") String id) {
        return Map.of("id", id);
    }
}
