package io.tokenvault.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.audit.Actor;
import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.KeysChanged;
import io.tokenvault.token.TokenMacs;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The configured key that may read and create operators until one with the role admin was created. Its retirement is
 * remembered by a keyed MAC of it, so that the same key never comes back and another one can be armed.
 */
@ApplicationScoped
public class BootstrapKey {
    private static final Logger LOG = Logger.getLogger(BootstrapKey.class);
    private static final int SHORTEST = 32;
    private static final Actor ACTOR = new Actor(null, "bootstrap", "bootstrap_key");

    private final EntityManager database;
    private final TokenMacs macs;
    private final AuditLog audit;
    private final byte @Nullable [] key;

    BootstrapKey(BootstrapConfig config, EntityManager database, TokenMacs macs, AuditLog audit) {
        this.database = database;
        this.macs = macs;
        this.audit = audit;
        this.key = configured(config).map(text -> text.getBytes(UTF_8)).orElse(null);
    }

    /** After the keyrings were read. */
    @Transactional
    void announce(@Observes @Priority(1000) StartupEvent start) {
        if (key == null || isRetired(key)) {
            return;
        }
        boolean again = !database.createNativeQuery("select 1 from operator where 'admin' = any (roles) limit 1")
                .getResultList()
                .isEmpty();
        if (again) {
            LOG.warn("the bootstrap key is armed although operators with the role admin exist; it retires with the next"
                    + " admin that is created");
            audit.append(new AuditEvent(
                    Origin.SERVICE,
                    "bootstrap_key.arm",
                    new AuditEvent.Subject("bootstrap_key", null),
                    null,
                    AuditEvent.Result.SUCCESS,
                    "a key that was not configured before"));
        }
    }

    /** The caller, when {@code presented} is the armed key. */
    @Transactional
    Optional<Caller> recognize(String presented) {
        boolean same = key != null && MessageDigest.isEqual(key, presented.getBytes(UTF_8));
        return same && key != null && !isRetired(key)
                ? Optional.of(new Caller("bootstrap", ACTOR, Set.of(), new Caller.Reach.Everywhere(), true))
                : Optional.empty();
    }

    /** Remembers, in the running transaction, that the key has done its work. */
    @Transactional(Transactional.TxType.MANDATORY)
    void retire() {
        if (key != null && !isRetired(key)) {
            database.createNativeQuery("""
                            insert into retired_bootstrap_key (fingerprint, retired_at) values (?1, now())
                            on conflict do nothing
                            """)
                    .setParameter(1, macs.compute(EnvironmentName.SYSTEM, data(key)))
                    .executeUpdate();
        }
    }

    /** Remembers a retired key under the newest MAC key, so that its retirement outlives the older ones. */
    @Transactional
    void renew(@Observes KeysChanged changed) {
        if (key == null || !changed.environment().equals(EnvironmentName.SYSTEM)) {
            return;
        }
        byte[] newest = macs.compute(EnvironmentName.SYSTEM, data(key));
        for (byte[] known : retired()) {
            if (macs.matches(EnvironmentName.SYSTEM, known, data(key)) && !MessageDigest.isEqual(known, newest)) {
                database.createNativeQuery("""
                                with moved as (delete from retired_bootstrap_key where fingerprint = ?1 returning retired_at)
                                insert into retired_bootstrap_key (fingerprint, retired_at)
                                select ?2, retired_at from moved on conflict do nothing
                                """)
                        .setParameter(1, known)
                        .setParameter(2, newest)
                        .executeUpdate();
            }
        }
    }

    private boolean isRetired(byte[] configured) {
        return retired().stream().anyMatch(mac -> macs.matches(EnvironmentName.SYSTEM, mac, data(configured)));
    }

    @SuppressWarnings("unchecked")
    private List<byte[]> retired() {
        return database.createNativeQuery("select fingerprint from retired_bootstrap_key", byte[].class)
                .getResultList();
    }

    private static byte[] data(byte[] key) {
        byte[] label = "bootstrap key:".getBytes(UTF_8);
        byte[] data = new byte[label.length + key.length];
        System.arraycopy(label, 0, data, 0, label.length);
        System.arraycopy(key, 0, data, label.length, key.length);
        return data;
    }

    private static Optional<String> configured(BootstrapConfig config) {
        Optional<String> text = config.key()
                .or(() -> config.keyFile().map(file -> {
                    try {
                        return Files.readString(file).strip();
                    } catch (IOException unreadable) {
                        throw new ConfigurationException("token-vault.bootstrap.key-file: " + file + " cannot be read");
                    }
                }));
        if (text.isPresent() && text.get().length() < SHORTEST) {
            throw new ConfigurationException("token-vault.bootstrap.key has fewer than " + SHORTEST + " characters");
        }
        return text;
    }
}
