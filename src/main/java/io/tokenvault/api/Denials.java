package io.tokenvault.api;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ResourceInfo;
import org.jspecify.annotations.Nullable;

/** Records calls that were refused for who made them. */
@ApplicationScoped
class Denials {
    private final AuditLog audit;

    Denials(AuditLog audit) {
        this.audit = audit;
    }

    /** The endpoint as method and path template, without what a caller put into the path. */
    static String name(String method, ResourceInfo resource) {
        Path onClass = resource.getResourceClass().getAnnotation(Path.class);
        Path onMethod = resource.getResourceMethod().getAnnotation(Path.class);
        String path = onClass == null ? "" : onClass.value();
        return method + " " + path + (onMethod == null ? "" : "/" + onMethod.value());
    }

    void record(String endpoint, Origin origin, String reason) {
        record(new AuditEvent.Subject("endpoint", endpoint), null, origin, reason);
    }

    void record(AuditEvent.Subject object, @Nullable EnvironmentName environment, Origin origin, String reason) {
        audit.appendAlone(new AuditEvent(origin, "access.deny", object, environment, AuditEvent.Result.DENIED, reason));
    }

    /** Records the call and gives the 403 to throw. */
    ProblemException forbidden(String endpoint, Origin origin, String detail) {
        record(endpoint, origin, ProblemCode.FORBIDDEN.code());
        return ProblemException.of(ProblemCode.FORBIDDEN, detail);
    }
}
