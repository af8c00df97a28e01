package io.tokenvault.client;

import io.tokenvault.http.Open;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A resource as a platform service has it, behind the filter of the client. */
@Path("/v1/filter-probe")
@Produces(MediaType.TEXT_PLAIN)
@FilterProbe.Protected
public class FilterProbe {
    static final AtomicReference<TokenVaultClient> CLIENT =
            new AtomicReference<>(TokenVaultClient.at(URI.create("http://127.0.0.1:1"))
                    .environment("production")
                    .key(() -> "unused")
                    .build());
    static final AtomicInteger REACHED = new AtomicInteger();

    /** In a platform service the filter stands before everything; here only before this. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Protected {}

    /** With the client that the test has chosen. */
    @Provider
    @Protected
    public static class Filter extends TokenVaultFilter {
        public Filter() {
            super(CLIENT.get());
        }

        @Override
        public void filter(ContainerRequestContext request) {
            new TokenVaultFilter(CLIENT.get(), "purchase_orders:read").filter(request);
        }
    }

    @GET
    @Open("test")
    public String get(@Context ContainerRequestContext request, @Context HttpHeaders headers) {
        REACHED.incrementAndGet();
        Verdict.Accepted verdict =
                (Verdict.Accepted) Objects.requireNonNull(request.getProperty(TokenVaultFilter.VERDICT));
        List<String> left = headers.getRequestHeaders().getOrDefault(HttpHeaders.AUTHORIZATION, List.of());
        return verdict.tenant() + " " + verdict.connectionId() + " " + left + " "
                + headers.getHeaderString(HttpHeaders.AUTHORIZATION);
    }
}
