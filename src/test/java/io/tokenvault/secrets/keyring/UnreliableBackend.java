package io.tokenvault.secrets.keyring;

import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.Site;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.StoredSecret;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend whose first reads find it unavailable; everything else goes through. */
final class UnreliableBackend implements SecretsBackend {
    private final SecretsBackend backend;
    private final AtomicInteger failuresLeft;

    UnreliableBackend(SecretsBackend backend, int failures) {
        this.backend = backend;
        this.failuresLeft = new AtomicInteger(failures);
    }

    @Override
    public Optional<StoredSecret> get(SecretName name) {
        if (failuresLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new Unavailable(new Site("main", "get", name, "by the test", null), null);
        }
        return backend.get(name);
    }

    @Override
    public Publication put(SecretName name, SecretValue value, long generation) {
        return backend.put(name, value, generation);
    }

    @Override
    public void delete(SecretName name) {
        backend.delete(name);
    }

    @Override
    public void check() {
        backend.check();
    }
}
