package io.tokenvault.coherence;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.function.Supplier;

/** Carries out changes that somebody is going to be told of as being in force. */
@ApplicationScoped
public class Committer {
    private final EntityManager database;

    Committer(EntityManager database) {
        this.database = database;
    }

    /**
     * What a transaction gave.
     *
     * @param number of the newest change that it knew of, its own included: when that is in force, so is all that it saw
     */
    public record Committed<T>(T value, long number) {}

    /**
     * Runs {@code change} in a transaction of its own. Its commit waits for the disk, and for a standby where one is
     * synchronous, whatever the session is set to: what was told must not be lost with a server.
     */
    public <T> Committed<T> commit(Supplier<T> change) {
        return QuarkusTransaction.requiringNew().call(() -> {
            T value = change.get();
            return new Committed<>(value, number());
        });
    }

    /** Comes last: from here to the commit nobody else can append to the log. */
    private long number() {
        database.flush();
        database.createNativeQuery("set constraints all immediate").executeUpdate();
        Object[] row = (Object[]) database.createNativeQuery("""
                        select n, set_config('synchronous_commit', case current_setting('synchronous_commit')
                                when 'off' then 'on' when 'local' then 'on'
                                else current_setting('synchronous_commit') end, true)
                        from change_head
                        """).getSingleResult();
        return ((Number) row[0]).longValue();
    }
}
