package io.tokenvault.lifecycle.jobs;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;

/**
 * Tells when every transaction of the service that had begun by some moment has ended: what was sealed in them, with the
 * keys of that moment, can be seen then.
 */
@ApplicationScoped
public class OpenTransactions {
    private final EntityManager database;

    OpenTransactions(EntityManager database) {
        this.database = database;
    }

    /** Now, as text that keeps all of its digits. */
    @Transactional
    public String moment() {
        return (String) database.createNativeQuery("select cast(clock_timestamp() as text)", String.class)
                .getSingleResult();
    }

    @Transactional
    public boolean existSince(String moment) {
        return !database.createNativeQuery("""
                        select 1 from pg_stat_activity
                        where datname = current_database() and usename = current_user
                            and backend_type = 'client backend' and pid <> pg_backend_pid()
                            and application_name = current_setting('application_name')
                            and xact_start <= cast(?1 as timestamptz)
                        """)
                .setParameter(1, moment)
                .getResultList()
                .isEmpty();
    }
}
