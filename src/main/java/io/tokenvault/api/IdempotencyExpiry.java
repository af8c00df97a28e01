package io.tokenvault.api;

import io.quarkus.scheduler.Scheduled;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;

/** Forgets stored answers after 24 hours, and their sealed secrets as soon as those open nothing any more. */
@ApplicationScoped
class IdempotencyExpiry {
    private final EntityManager database;
    private final Environments environments;

    IdempotencyExpiry(EntityManager database, Environments environments) {
        this.database = database;
        this.environments = environments;
    }

    @Scheduled(
            every = "1m",
            delayed = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void forget() {
        database.createNativeQuery("delete from idempotency where created_at <= now() - interval '24 hours'")
                .executeUpdate();
        database.createNativeQuery("""
                        update idempotency i set secret = null
                        where secret is not null
                            and not exists (
                                select 1 from token t left join token_usage u using (token_id)
                                    join connection c using (connection_id)
                                where t.token_id = i.secret_key_id and c.status <> 'DISCONNECTED' and t.state in ('CURRENT', 'RETIRING') and not (%s))
                            and not exists (
                                select 1 from operator o
                                where o.key_id = i.secret_key_id and o.removed_at is null
                                    and (o.expires_at is null or o.expires_at > now()))
                        """.formatted(Tokens.ENDED_BY_TIME))
                .setParameter("limits", Tokens.json(environments.inactivitySeconds()))
                .executeUpdate();
    }
}
