package io.tokenvault.lifecycle.keyring;

import io.quarkus.arc.All;
import io.tokenvault.secrets.keyring.SealedColumn;
import io.tokenvault.secrets.keyring.Sealer;
import io.tokenvault.token.EnvironmentName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Seals what is in the database again, under the newest key. A row is changed only while it still holds what was read;
 * rows that somebody is changing are passed over, and are there the next time. Keys are named by their ids.
 */
@ApplicationScoped
class Resealer {
    private static final int BATCH = 200;

    private final List<SealedColumn> columns;
    private final EntityManager database;
    private final Sealer sealer;

    Resealer(@All List<SealedColumn> columns, EntityManager database, Sealer sealer) {
        this.columns = columns;
        this.database = database;
        this.sealer = sealer;
    }

    /** How many values of the environment are sealed under one of these keys. */
    @Transactional
    long count(EnvironmentName environment, Collection<String> keys) {
        long count = 0;
        for (SealedColumn column : columns) {
            count += ((Number) query("select count(*) from %1$s where " + condition(column), column, environment, keys)
                            .getSingleResult())
                    .longValue();
        }
        return count;
    }

    /** Seals some of those values again; gives how many. */
    @Transactional
    int reseal(EnvironmentName environment, Collection<String> keys) {
        for (SealedColumn column : columns) {
            int resealed = reseal(column, environment, keys);
            if (resealed > 0) {
                return resealed;
            }
        }
        return 0;
    }

    private int reseal(SealedColumn column, EnvironmentName environment, Collection<String> keys) {
        @SuppressWarnings("unchecked")
        List<Object[]> rows = query(
                        "select %3$s, %2$s from %1$s where " + condition(column) + " order by %3$s limit " + BATCH
                                + " for update skip locked",
                        column,
                        environment,
                        keys)
                .getResultList();
        for (Object[] row : rows) {
            List<String> key = Arrays.stream(row)
                    .limit(column.keyColumns().size())
                    .map(String.class::cast)
                    .toList();
            replace(column, environment, key, (byte[]) row[key.size()]);
        }
        return rows.size();
    }

    private void replace(SealedColumn column, EnvironmentName environment, List<String> key, byte[] sealed) {
        String context = column.contextOf(key);
        StringBuilder sql =
                new StringBuilder("update %s set %s = ?1 where true".formatted(column.table(), column.column()));
        for (int i = 0; i < key.size(); i++) {
            sql.append(" and ")
                    .append(column.keyColumns().get(i))
                    .append(" = ?")
                    .append(i + 2);
        }
        Query update = database.createNativeQuery(sql.toString())
                .setParameter(1, sealer.seal(environment, context, sealer.unseal(environment, context, sealed)));
        for (int i = 0; i < key.size(); i++) {
            update.setParameter(i + 2, key.get(i));
        }
        update.executeUpdate();
    }

    private Query query(String sql, SealedColumn column, EnvironmentName environment, Collection<String> keys) {
        return database.createNativeQuery(
                        sql.formatted(column.table(), column.column(), String.join(", ", column.keyColumns())))
                .setParameter("environment", environment.value())
                .setParameter("keys", keys.toArray(String[]::new));
    }

    /** As in the indexes on these columns. */
    private static String condition(SealedColumn column) {
        return "environment = :environment and %1$s is not null and encode(substring(%1$s from 1 for 5), 'hex') = any (:keys)"
                .formatted(column.column());
    }
}
