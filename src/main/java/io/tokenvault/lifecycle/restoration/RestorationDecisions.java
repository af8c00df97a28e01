package io.tokenvault.lifecycle.restoration;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.AuditHistory;
import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.BulkRevoker;
import io.tokenvault.lifecycle.publication.Republication;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Ends the standstill of a restored database, the way an admin wants it. The change log goes on above the mark, and
 * everything is published anew.
 */
@ApplicationScoped
public class RestorationDecisions {
    private final RestoredDatabase restored;
    private final AuditHistory log;
    private final Republication republication;
    private final BulkRevoker revoker;
    private final Environments environments;
    private final AuditLog audit;

    RestorationDecisions(
            RestoredDatabase restored,
            AuditHistory log,
            Republication republication,
            BulkRevoker revoker,
            Environments environments,
            AuditLog audit) {
        this.restored = restored;
        this.log = log;
        this.republication = republication;
        this.revoker = revoker;
        this.environments = environments;
        this.audit = audit;
    }

    /** Takes the database as it is; false when there was nothing to decide. */
    @Transactional
    public boolean accept(String reason, Origin origin) {
        return end("database.accept", reason, origin);
    }

    /**
     * Takes the database as it is after every live token of every environment was revoked, since none can be trusted;
     * gives their number, empty when there was nothing to decide.
     */
    @Transactional
    public OptionalInt revokeEverything(String reason, Origin origin) {
        if (restored.finding().isEmpty()) {
            return OptionalInt.empty();
        }
        int revoked = 0;
        for (Environment environment : environments.all()) {
            revoked += revoker.revoke(new Tokens.Selection(environment.name(), null, null, null, null), reason, origin)
                    .revoked();
        }
        return end("database.retire", reason, origin) ? OptionalInt.of(revoked) : OptionalInt.empty();
    }

    private boolean end(String action, String reason, Origin origin) {
        OptionalLong mark = restored.decide();
        mark.ifPresent(head -> {
            republication.everything();
            // After the connections are locked: every other change takes its number while it holds one.
            log.continueAbove(head);
            audit.append(new AuditEvent(
                    origin, action, new AuditEvent.Subject("database", null), null, AuditEvent.Result.SUCCESS, reason));
        });
        return mark.isPresent();
    }
}
