package io.tokenvault.coherence;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;

/** The time of the database: the one clock that decisions about connections and tokens are taken by. */
@ApplicationScoped
public class DatabaseClock {
    private final EntityManager database;

    DatabaseClock(EntityManager database) {
        this.database = database;
    }

    /** Now, in whole milliseconds, as stored and shown. Ask after the locks are held: a wait must not date a change back. */
    public Instant now() {
        return (Instant)
                database.createNativeQuery("select date_trunc('milliseconds', clock_timestamp())", Instant.class)
                        .getSingleResult();
    }
}
