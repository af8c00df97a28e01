package io.tokenvault.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;

/** Reads the bodies of the test resource where the bodies of the real ones are read: in a filter. */
@Provider
public class EdgeProbeFilter implements ContainerRequestFilter {
    static final String BODY = "edge-probe-body";

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().equals("/v1/edge-probe")
                && request.getMethod().equals("POST")) {
            Exchange.of(request).put(BODY, RequestBodies.read(request));
        }
    }
}
