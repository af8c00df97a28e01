package io.tokenvault.secrets;

/** What a {@link SecretsBackend#put} found. */
public enum Publication {
    /** A value of the generation given is the current one. */
    CURRENT,
    /** A later generation was there already; nothing was written. */
    SUPERSEDED
}
