package io.tokenvault.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.coherence.DatabaseClock;
import io.tokenvault.connection.Bulk;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.Publications;
import io.tokenvault.lifecycle.publication.Publisher;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Revokes every live token that a filter matches, all in one transaction of a few statements whatever their number, or
 * only says which they are.
 */
@ApplicationScoped
public class BulkRevoker {
    private static final int MOST_SHOWN = 500;

    private final Tokens tokens;
    private final Bulk bulk;
    private final Publications publications;
    private final Environments environments;
    private final DatabaseClock clock;
    private final AuditLog audit;

    BulkRevoker(
            Tokens tokens,
            Bulk bulk,
            Publications publications,
            Environments environments,
            DatabaseClock clock,
            AuditLog audit) {
        this.tokens = tokens;
        this.bulk = bulk;
        this.publications = publications;
        this.environments = environments;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * What was found, and whether it was revoked.
     *
     * @param shown the first 500 tokens, as they are now
     * @param tenants how many tenants the tokens belong to
     * @param hash SHA-256 in hexadecimal over the sorted token ids, one a line: the same list gives the same hash
     */
    public record Outcome(
            int matched, int revoked, int tenants, String hash, List<Token> shown, List<Publisher.Wish> wishes) {}

    @Transactional
    public Outcome preview(Tokens.Selection selection) {
        return outcome(tokens.live(selection, environments.inactivitySeconds()), 0, List.of());
    }

    @Transactional
    public Outcome revoke(Tokens.Selection selection, String reason, Origin origin) {
        return revoke(
                selection.environment(), tokens.live(selection, environments.inactivitySeconds()), reason, origin);
    }

    /** Revokes those of these tokens of one environment that are still live. */
    @Transactional
    public Outcome revoke(EnvironmentName environment, List<Bulk.Match> matched, String reason, Origin origin) {
        List<TokenId> ids = matched.stream().map(Bulk.Match::token).toList();
        bulk.lock(matched);
        List<Publisher.Wish> wishes = new ArrayList<>();
        bulk.nextGenerations(ids, clock.now())
                .forEach((connection, generation) -> wishes.add(new Publisher.Wish(connection, generation)));
        List<TokenId> revoked = bulk.revoke(ids, reason, clock.now());
        publications.wantRevoked(wishes.stream().map(Publisher.Wish::connection).toList());
        Outcome outcome = outcome(matched, revoked.size(), wishes);
        audit.append(events(environment, revoked, outcome.hash(), reason, origin));
        return outcome;
    }

    private static List<AuditEvent> events(
            EnvironmentName environment, List<TokenId> revoked, String hash, String reason, Origin origin) {
        List<AuditEvent> events = new ArrayList<>();
        for (TokenId token : revoked) {
            events.add(event(environment, "token.revoke", "token", token.value(), reason, origin));
        }
        events.add(event(environment, "token.revoke_bulk", "tokens", hash, reason, origin));
        return events;
    }

    private static AuditEvent event(
            EnvironmentName environment, String action, String type, String id, String reason, Origin origin) {
        return new AuditEvent(
                origin, action, new AuditEvent.Subject(type, id), environment, AuditEvent.Result.SUCCESS, reason);
    }

    private Outcome outcome(List<Bulk.Match> matched, int revoked, List<Publisher.Wish> wishes) {
        List<TokenId> ids = matched.stream().map(Bulk.Match::token).toList();
        int tenants = (int) matched.stream().map(Bulk.Match::tenant).distinct().count();
        List<Token> shown = tokens.of(ids.subList(0, Math.min(ids.size(), MOST_SHOWN)));
        return new Outcome(matched.size(), revoked, tenants, hash(ids), shown, wishes);
    }

    private static String hash(List<TokenId> tokens) {
        String ids = tokens.stream().map(token -> token + "\n").sorted().collect(Collectors.joining());
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ids.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
