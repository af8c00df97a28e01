package io.tokenvault.secrets;

/** What a {@link SecretsBackend#put} found. */
public enum Publication {
    /** The value given is the current one now. */
    CURRENT,
    /** A later generation was there already; nothing was written. */
    SUPERSEDED
}
