package io.tokenvault.secrets.keyring;

/** A keyring as it was read, and the generation that the backend holds it under. */
record LoadedKeyring(Keyring keyring, long generation) {}
