package io.tokenvault.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenvault.audit.AuditEvent;
import io.tokenvault.audit.AuditLog;
import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Token;
import io.tokenvault.connection.Tokens;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.publication.Publisher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Revokes every live token that a filter matches, all in one transaction, or only says which they are. */
@ApplicationScoped
public class BulkRevoker {
    private final Tokens tokens;
    private final TokenRevoker revoker;
    private final Environments environments;
    private final AuditLog audit;

    BulkRevoker(Tokens tokens, TokenRevoker revoker, Environments environments, AuditLog audit) {
        this.tokens = tokens;
        this.revoker = revoker;
        this.environments = environments;
        this.audit = audit;
    }

    /**
     * What was found, and whether it was revoked.
     *
     * @param tenants how many tenants the tokens belong to
     * @param hash SHA-256 in hexadecimal over the sorted token ids, one a line: the same list gives the same hash
     */
    public record Outcome(List<Token> matched, int revoked, int tenants, String hash, List<Publisher.Wish> wishes) {}

    @Transactional
    public Outcome preview(Tokens.Selection selection) {
        return outcome(tokens.live(selection, environments.inactivitySeconds()), 0, List.of());
    }

    @Transactional
    public Outcome revoke(Tokens.Selection selection, String reason, Origin origin) {
        List<Token> matched = tokens.live(selection, environments.inactivitySeconds());
        List<Publisher.Wish> wishes = new ArrayList<>();
        int revoked = 0;
        for (Token token : matched) {
            TokenRevoker.Revoked one = revoker.revoke(token.id(), reason, origin);
            if (one.changed()) {
                revoked++;
                wishes.add(new Publisher.Wish(
                        one.connection().id(), one.connection().generation()));
            }
        }
        Outcome outcome = outcome(matched, revoked, wishes);
        audit.append(new AuditEvent(
                origin,
                "token.revoke_bulk",
                new AuditEvent.Subject("tokens", outcome.hash()),
                selection.environment(),
                AuditEvent.Result.SUCCESS,
                reason));
        return outcome;
    }

    private Outcome outcome(List<Token> matched, int revoked, List<Publisher.Wish> wishes) {
        return new Outcome(matched, revoked, tokens.tenantsOf(matched), hash(matched), wishes);
    }

    private static String hash(List<Token> tokens) {
        String ids = tokens.stream().map(token -> token.id() + "\n").sorted().collect(Collectors.joining());
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ids.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
