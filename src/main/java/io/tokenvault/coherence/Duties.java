package io.tokenvault.coherence;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.UUID;

/**
 * Work of which one replica is enough. A duty is held for a time and can be taken again before that is over; when its
 * holder dies, another replica has it after that time. It keeps replicas from doing the same work, no more: whoever
 * changes something decides under a lock of its own.
 */
@ApplicationScoped
public class Duties {
    private final EntityManager database;
    private final String owner = UUID.randomUUID().toString();

    Duties(EntityManager database) {
        this.database = database;
    }

    /** Takes or keeps a duty for {@code time} from now on; false when another replica holds it. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    public boolean take(String duty, Duration time) {
        return database.createNativeQuery("""
                        insert into duty (name, owner, held_until)
                        values (:name, :owner, clock_timestamp() + :millis * interval '1 millisecond')
                        on conflict (name) do update set owner = excluded.owner, held_until = excluded.held_until
                        where duty.owner = excluded.owner or duty.held_until <= clock_timestamp()
                        """)
                        .setParameter("name", duty)
                        .setParameter("owner", owner)
                        .setParameter("millis", time.toMillis())
                        .executeUpdate()
                == 1;
    }
}
