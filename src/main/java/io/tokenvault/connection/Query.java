package io.tokenvault.connection;

import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A native query that grows by conditions; what a caller sent travels as parameters only. */
final class Query {
    private final StringBuilder sql;
    private final List<Object> parameters = new ArrayList<>();

    Query(String start) {
        sql = new StringBuilder(start);
    }

    /** Adds a condition; each {@code %s} in it stands for one of {@code values}. */
    void add(String condition, Object... values) {
        Object[] names = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            parameters.add(values[i]);
            names[i] = "?" + parameters.size();
        }
        sql.append(" and ").append(condition.formatted(names));
    }

    void equal(String column, @Nullable Object value) {
        if (value != null) {
            add(column + " = %s", value);
        }
    }

    void in(String column, @Nullable Collection<?> values) {
        if (values != null) {
            String[] texts = values.stream().map(Object::toString).toArray(String[]::new);
            add(column + " = any (%s)", (Object) texts);
        }
    }

    /** Continues after {@code position} and orders newest first, ties by id; the last condition. */
    void after(String timeColumn, String idColumn, @Nullable Position position) {
        if (position != null) {
            add("(" + timeColumn + ", " + idColumn + ") < (%s, %s)", position.at(), position.id());
        }
        order(timeColumn + " desc, " + idColumn + " desc");
    }

    /** The order of the rows; comes last. */
    void order(String columns) {
        sql.append(" order by ").append(columns);
    }

    @SuppressWarnings("unchecked")
    <T> List<T> list(EntityManager database, Class<T> type, int limit) {
        jakarta.persistence.Query query = database.createNativeQuery(sql.toString(), type);
        for (int i = 0; i < parameters.size(); i++) {
            query.setParameter(i + 1, parameters.get(i));
        }
        return query.setMaxResults(limit).getResultList();
    }
}
