package io.tokenvault.access;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operators in the database. Whoever is bound to environments sees those only who are bound within them. */
@ApplicationScoped
public class Operators implements PanacheRepositoryBase<Operator, String> {

    public Optional<Operator> find(OperatorId id, Caller caller) {
        return findByIdOptional(id.value()).filter(operator -> caller.covers(operator.reach()));
    }

    Optional<Operator> lock(OperatorId id) {
        return findByIdOptional(id.value(), LockModeType.PESSIMISTIC_WRITE);
    }

    Optional<Operator> findByKeyId(TokenId keyId) {
        return find("keyId", keyId.value()).firstResultOptional();
    }

    /**
     * Operators whose key opens something at {@code now}, and was stored under one of these MAC keys.
     *
     * @param macKeys the first five bytes of the MACs, in hexadecimal
     */
    @SuppressWarnings("unchecked")
    public List<OperatorId> activeUnder(Collection<String> macKeys, Instant now) {
        List<String> ids = getEntityManager()
                .createNativeQuery("""
                        select operator_id from operator
                        where removed_at is null and (expires_at is null or expires_at > :now)
                            and encode(substring(key_mac from 1 for 5), 'hex') = any (:keys)
                        order by operator_id
                        """, String.class)
                .setParameter("now", now)
                .setParameter("keys", macKeys.toArray(String[]::new))
                .getResultList();
        return ids.stream().map(OperatorId::new).toList();
    }

    /** Whether the operator's key, with this id, still opens anything. */
    public boolean isKeyLive(TokenId keyId, Instant now) {
        return findByKeyId(keyId).filter(operator -> operator.isActiveAt(now)).isPresent();
    }

    /** Up to {@code limit} operators, newest first, ties by id; removed ones too. */
    @SuppressWarnings("unchecked")
    public List<Operator> page(Caller caller, @Nullable Instant afterTime, @Nullable String afterId, int limit) {
        String[] reach = switch (caller.reach()) {
            case Caller.Reach.Everywhere _ -> new String[0];
            case Caller.Reach.Only(var names) ->
                names.stream().map(EnvironmentName::value).toArray(String[]::new);
        };
        return getEntityManager()
                .createNativeQuery("""
                        select * from operator
                        where (:everywhere or environments <@ cast(:reach as text[]))
                            and (cast(:id as text) is null or (created_at, operator_id) < (:at, :id))
                        order by created_at desc, operator_id desc
                        """, Operator.class)
                .setParameter("everywhere", caller.reach() instanceof Caller.Reach.Everywhere)
                .setParameter("reach", reach)
                .setParameter("at", afterTime == null ? Instant.EPOCH : afterTime)
                .setParameter("id", afterId)
                .setMaxResults(limit)
                .getResultList();
    }
}
