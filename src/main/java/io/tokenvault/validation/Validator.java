package io.tokenvault.validation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenvault.coherence.ReplicaLease;
import io.tokenvault.coherence.RestoredDatabase;
import io.tokenvault.environment.Environment;
import io.tokenvault.environment.Environments;
import io.tokenvault.token.Credential;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenMacs;
import io.tokenvault.validation.KnownTokens.Known;
import io.tokenvault.validation.Verdict.Refused;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Judges presented tokens: one parse, one MAC, one look at the record; never a secrets backend. The verdict is there at
 * once when all that it needs is known here, otherwise when the primary has answered. The stage fails with
 * {@link RecordsUnavailableException} when there is nobody to ask, and with {@link RecordsInDoubtException} when what it
 * would be told is not what was decided; {@link Verdict#await} is for callers who may block.
 */
@Singleton
public class Validator {
    /** What an unknown key id is compared with, so that it takes the same work as a wrong secret. */
    private static final byte[] NO_MAC = "no token has this as its MAC, ever".getBytes(US_ASCII);

    private static final String NOBODY = "";
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final KnownTokens tokens;
    private final Judge judge;
    private final Environments environments;
    private final TokenMacs macs;
    private final VerdictCounts counts;
    private final ReplicaLease lease;
    private final RestoredDatabase restored;
    private final ExecutorService virtualThreads;

    Validator(
            KnownTokens tokens,
            Judge judge,
            Environments environments,
            TokenMacs macs,
            VerdictCounts counts,
            ReplicaLease lease,
            RestoredDatabase restored,
            @VirtualThreads ExecutorService virtualThreads) {
        this.tokens = tokens;
        this.judge = judge;
        this.environments = environments;
        this.macs = macs;
        this.counts = counts;
        this.lease = lease;
        this.restored = restored;
        this.virtualThreads = virtualThreads;
    }

    /**
     * The verdict on the token in this text. An accepted one counts as used.
     *
     * @param asker whose unknown tokens count as its own when {@code demand} names no source
     */
    public CompletionStage<Verdict> validate(String text, Demand demand, String asker) {
        Object origin = demand.source() == null ? asker : demand.source();
        return decide(text, origin, token -> judge.judge(token, demand, lease.now()));
    }

    /** As {@link #validate(String, Demand, String)}, for an asker without a name. */
    public CompletionStage<Verdict> validate(String text, Demand demand) {
        return validate(text, demand, NOBODY);
    }

    /** Who holds the token in this text, whatever the status of the connection; only a live token is accepted. */
    public CompletionStage<Verdict> identify(String text, @Nullable InetAddress source) {
        return decide(text, source == null ? NOBODY : source, token -> judge.name(token, source, lease.now()));
    }

    /**
     * The verdict on the token in this text where nobody says what it is wanted for: in its own environment, if that is
     * one of those {@code reached}, and whatever address it comes from. An accepted one counts as used.
     */
    public CompletionStage<Verdict> introspect(String text, String asker, Predicate<EnvironmentName> reached) {
        return decide(text, asker, token -> judge.judgeAnywhere(token, reached, lease.now()));
    }

    private CompletionStage<Verdict> decide(String text, Object origin, Function<TokenRecord, Verdict> rule) {
        if (restored.isRestored()) {
            return CompletableFuture.failedFuture(new RecordsInDoubtException());
        }
        Optional<Credential> presented = Credential.parseToken(text);
        if (presented.isEmpty()) {
            return CompletableFuture.completedFuture(counts.count(new Refused(Reason.MALFORMED)));
        }
        if (!lease.isHeld()) {
            return CompletableFuture.failedFuture(new RecordsUnavailableException());
        }
        EnvironmentName environment = named(presented.get());
        PackedId id = PackedId.of(presented.get().keyId());
        Known known = tokens.find(id);
        return known != null && isEnough(known)
                ? CompletableFuture.completedFuture(
                        counts.count(prove(presented.get(), environment, known, rule), environment))
                : ask(presented.get(), environment, id, origin, rule);
    }

    /** The environment whose mark the token has; that of nobody when no environment has it. */
    private EnvironmentName named(Credential presented) {
        return presented
                .mark()
                .flatMap(environments::find)
                .map(Environment::name)
                .orElse(EnvironmentName.SYSTEM);
    }

    /** Whether nobody has to be waited for: neither for a key that is not here, nor for uses that others may have seen. */
    private boolean isEnough(Known known) {
        return known.token()
                .filter(token -> !macs.isAtHand(token.environment(), token.mac())
                        || judge.mayBeOutlived(token, known.readAt(), lease.now()))
                .isEmpty();
    }

    private CompletionStage<Verdict> ask(
            Credential presented,
            EnvironmentName environment,
            PackedId id,
            Object origin,
            Function<TokenRecord, Verdict> rule) {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        tokens.read(id, origin)
                .thenApplyAsync(known -> prove(presented, environment, known, rule), virtualThreads)
                .whenComplete((found, failure) -> {
                    Throwable why = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
                    if (why == null) {
                        verdict.complete(counts.count(found, environment));
                    } else if (why instanceof TooManyUnknownException) {
                        verdict.complete(counts.count(new Verdict.Limited(A_MOMENT), environment));
                    } else {
                        verdict.completeExceptionally(why);
                    }
                });
        return verdict;
    }

    /** Judges the record of the presented token, if it is the very one that was issued. */
    private Verdict prove(
            Credential presented, EnvironmentName environment, Known known, Function<TokenRecord, Verdict> rule) {
        Optional<TokenRecord> token =
                known.token().filter(found -> found.environment().equals(environment));
        byte[] mac = token.map(TokenRecord::mac).orElse(NO_MAC);
        if (macs.matches(environment, mac, presented)) {
            return token.map(rule).orElse(new Refused(Reason.UNKNOWN));
        }
        // Its holder is told what became of it; whoever can write rows and has the retired key still makes nothing
        // live.
        return token.filter(_ -> macs.matchesRetired(environment, mac, presented))
                .map(found -> rule.apply(found.endedBy(lease.now())))
                .orElse(new Refused(Reason.UNKNOWN));
    }
}
