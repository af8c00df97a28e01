package io.tokenvault.lifecycle.publication;

import io.quarkus.scheduler.Scheduled;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;

/** Removes sealed values from the database once they are of no use. */
@ApplicationScoped
class ValueScrubber {
    private final EntityManager database;
    private final Environments environments;

    ValueScrubber(EntityManager database, Environments environments) {
        this.database = database;
        this.environments = environments;
    }

    /** Forgets the published values of current tokens that time has ended: nobody can need them any more. */
    @Scheduled(
            every = "1m",
            delayed = "30s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Scheduled.ApplicationNotRunning.class)
    @Transactional
    void scrub() {
        database.createNativeQuery("""
                        update publication set sealed_value = null
                        where sealed_value is not null and published_generation >= desired_generation
                            and exists (
                                select 1 from token t left join token_usage u using (token_id)
                                where t.connection_id = publication.connection_id and t.state = 'CURRENT' and (%s))
                        """.formatted(Tokens.ENDED_BY_TIME))
                .setParameter("limits", Tokens.json(environments.inactivitySeconds()))
                .executeUpdate();
    }
}
