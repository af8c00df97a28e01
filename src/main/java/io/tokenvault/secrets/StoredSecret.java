package io.tokenvault.secrets;

/** A value as a backend holds it, and its generation. */
public record StoredSecret(SecretValue value, long generation) {}
