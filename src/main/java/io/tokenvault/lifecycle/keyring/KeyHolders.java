package io.tokenvault.lifecycle.keyring;

import io.tokenvault.audit.Origin;
import io.tokenvault.connection.Bulk;
import io.tokenvault.connection.TokensUnderKeys;
import io.tokenvault.environment.Environments;
import io.tokenvault.lifecycle.BulkRevoker;
import io.tokenvault.lifecycle.publication.Publisher;
import io.tokenvault.secrets.keyring.KeyIds;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.OperatorId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;

/** Who holds something that can be proved with MAC keys: tokens of an environment, operator keys for {@code system}. */
@ApplicationScoped
class KeyHolders {
    private static final String RETIRED = "keyring generation retired";

    private final TokensUnderKeys tokens;
    private final OperatorKeys operators;
    private final BulkRevoker revoker;
    private final Environments environments;

    KeyHolders(TokensUnderKeys tokens, OperatorKeys operators, BulkRevoker revoker, Environments environments) {
        this.tokens = tokens;
        this.operators = operators;
        this.revoker = revoker;
        this.environments = environments;
    }

    /** Live tokens and operators. */
    record Found(List<Bulk.Match> tokens, List<OperatorId> operators) {
        int connections() {
            return (int) tokens.stream().map(Bulk.Match::connection).distinct().count();
        }

        boolean isEmpty() {
            return tokens.isEmpty() && operators.isEmpty();
        }
    }

    /** Those under keys that are not the newest. */
    @Transactional
    Found underOlder(EnvironmentName environment, KeyIds keys) {
        if (keys.others().isEmpty()) {
            return new Found(List.of(), List.of());
        }
        return new Found(
                tokens.live(environment, keys.others(), environments.inactivitySeconds()),
                environment.equals(EnvironmentName.SYSTEM) ? operators.under(keys.others()) : List.of());
    }

    /** Ends them in one transaction; gives what consumers are to read then. */
    @Transactional
    List<Publisher.Wish> end(EnvironmentName environment, Found found, Origin origin) {
        if (!found.operators().isEmpty()) {
            operators.remove(found.operators(), RETIRED, origin);
        }
        return found.tokens().isEmpty()
                ? List.of()
                : revoker.revoke(environment, found.tokens(), RETIRED, origin).wishes();
    }
}
