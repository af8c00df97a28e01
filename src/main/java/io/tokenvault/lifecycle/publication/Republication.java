package io.tokenvault.lifecycle.publication;

import io.tokenvault.environment.Environments;
import io.tokenvault.environment.Places;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;

/**
 * Has everything published anew, over whatever the backend holds: for a database that was restored from an older dump,
 * whose generations the backend has seen already, with other values.
 */
@ApplicationScoped
public class Republication {
    /**
     * More than a connection can have changed since any dump. A generation that the backend holds already, with the value
     * of a lost change, would count as published.
     */
    private static final long APART = 1_000_000;

    private final EntityManager database;
    private final Environments environments;
    private final Places places;

    Republication(EntityManager database, Environments environments, Places places) {
        this.database = database;
        this.environments = environments;
        this.places = places;
    }

    /** Raises the generation of every connection above any that the backend can hold, in the running transaction. */
    @Transactional(Transactional.TxType.MANDATORY)
    public void everything() {
        database.flush();
        // In the order of every other change of several.
        database.createNativeQuery(
                        "select count(*) from (select 1 from connection order by connection_id for no key update) locked")
                .getSingleResult();
        database.createNativeQuery("update connection set generation = generation + ?1")
                .setParameter(1, APART)
                .executeUpdate();
        // A value that was scrubbed belongs to a token that time has ended: there is nothing to publish for it.
        database.createNativeQuery("""
                        update publication p set desired_generation = c.generation,
                            published_generation = case when c.environment = any (?1) then c.generation
                                else p.published_generation end,
                            next_attempt_at = clock_timestamp(), waiting_since = clock_timestamp(), attempts = 0, lease_owner = null, lease_until = null
                        from connection c
                        where c.connection_id = p.connection_id and (p.wanted <> 'VALUE' or p.sealed_value is not null)
                        """)
                .setParameter(
                        1,
                        environments.all().stream()
                                .filter(environment ->
                                        !places.hold(environment.name()).place().holdsTokens())
                                .map(environment -> environment.name().value())
                                .toArray(String[]::new))
                .executeUpdate();
        database.clear(); // what was loaded has the generations of before
    }
}
