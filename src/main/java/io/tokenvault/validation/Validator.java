package io.tokenvault.validation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.ConnectionStatus.Operating;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EndCause;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import io.tokenvault.validation.Verdict.Accepted;
import io.tokenvault.validation.Verdict.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges presented tokens: one parse, one MAC, one read of the primary; never a secrets backend. Throws
 * {@link RecordsUnavailableException} when there is nobody to ask, and {@link RecordsInDoubtException} when what it would be
 * told is not what was decided.
 */
@ApplicationScoped
public class Validator {
    /** What an unknown key id is compared with, so that it takes the same work as a wrong secret. */
    private static final byte[] NO_MAC = "no token has this as its MAC, ever".getBytes(US_ASCII);

    private final TokenRecords records;
    private final Environments environments;
    private final TokenMacs macs;
    private final TokenUses uses;
    private final RestoredDatabase restored;

    Validator(
            TokenRecords records,
            Environments environments,
            TokenMacs macs,
            TokenUses uses,
            RestoredDatabase restored) {
        this.records = records;
        this.environments = environments;
        this.macs = macs;
        this.uses = uses;
        this.restored = restored;
    }

    /** The verdict on the token in this text. An accepted one counts as used. */
    public Verdict validate(String text, Demand demand) {
        requireTrust();
        Optional<Credential> presented = Credential.parseToken(text);
        if (presented.isEmpty()) {
            return new Refused(Reason.MALFORMED);
        }
        return prove(presented.get()).map(read -> judge(read, demand)).orElse(new Refused(Reason.UNKNOWN));
    }

    /** Who holds the token in this text, whatever the status of the connection; only a live token is accepted. */
    public Verdict identify(String text, @Nullable InetAddress source) {
        requireTrust();
        Optional<Credential> presented = Credential.parseToken(text);
        if (presented.isEmpty()) {
            return new Refused(Reason.MALFORMED);
        }
        return prove(presented.get())
                .map(read -> read.token()
                        .life()
                        .endAt(read.at())
                        .<Verdict>map(end -> new Refused(ended(end)))
                        .orElseGet(() ->
                                read.token().allows(source) ? accept(read) : new Refused(Reason.SOURCE_IP_NOT_ALLOWED)))
                .orElse(new Refused(Reason.UNKNOWN));
    }

    private void requireTrust() {
        if (restored.isRestored()) {
            throw new RecordsInDoubtException();
        }
    }

    /** The record of the presented token, if it is the very one that was issued. */
    private Optional<TokenRecords.Read> prove(Credential presented) {
        EnvironmentName environment = presented
                .mark()
                .flatMap(environments::find)
                .map(Environment::name)
                .orElse(EnvironmentName.SYSTEM);
        Optional<TokenRecords.Read> read = records.find(presented.keyId())
                .filter(found -> found.token().environment().equals(environment));
        byte[] mac = read.map(found -> found.token().mac().bytes()).orElse(NO_MAC);
        if (macs.matches(environment, mac, presented)) {
            return read;
        }
        // Its holder is told what became of it; whoever can write rows and has the retired key still makes nothing
        // live.
        return read.filter(_ -> macs.matchesRetired(environment, mac, presented))
                .map(TokenRecords.Read::ended);
    }

    private Verdict judge(TokenRecords.Read read, Demand demand) {
        TokenRecord token = read.token();
        if (!token.environment().equals(demand.environment())) {
            return new Refused(Reason.WRONG_ENVIRONMENT);
        }
        Optional<EndCause> end = token.life().endAt(read.at());
        if (end.isPresent()) {
            return new Refused(ended(end.get()));
        }
        if (token.status() != Operating.ACTIVE) {
            return new Refused(stopped(token.status()));
        }
        if (!token.allows(demand.source())) {
            return new Refused(Reason.SOURCE_IP_NOT_ALLOWED);
        }
        if (!token.scopes().containsAll(demand.requiredScopes())) {
            return new Refused(Reason.INSUFFICIENT_SCOPE);
        }
        return accept(read);
    }

    private Accepted accept(TokenRecords.Read read) {
        uses.record(read.token().id(), read.at());
        return new Accepted(read.token(), read.token().life().recorded());
    }

    private static Reason ended(EndCause cause) {
        return switch (cause) {
            case REVOKED -> Reason.REVOKED;
            case ROTATED -> Reason.ROTATED;
            case EXPIRED -> Reason.EXPIRED;
        };
    }

    private static Reason stopped(ConnectionStatus status) {
        return switch (status) {
            case Operating _ -> Reason.REAUTHORIZATION_REQUIRED;
            case ConnectionStatus.Suspended _ -> Reason.CONNECTION_SUSPENDED;
            case ConnectionStatus.Disconnected _ -> Reason.CONNECTION_DISCONNECTED;
        };
    }
}
