package io.tokenvault.lifecycle.keyring;

import io.tokenvault.audit.Origin;
import io.tokenvault.token.OperatorId;
import java.util.Collection;
import java.util.List;

/** The keys of operators, which can be proved with the keyring of {@code system}. */
public interface OperatorKeys {
    /** Operators whose key opens something, and is stored under one of these MAC keys, named by their ids. */
    List<OperatorId> under(Collection<String> macKeys);

    /** Removes these operators in the running transaction; one that is gone already stays so. */
    void remove(Collection<OperatorId> operators, String reason, Origin origin);
}
