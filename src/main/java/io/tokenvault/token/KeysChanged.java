package io.tokenvault.token;

/**
 * The event that this replica has loaded other keys of an environment, fired before it says so to the others: whoever
 * keeps MACs of something it still knows makes them again with {@link TokenMacs#compute}.
 */
public record KeysChanged(EnvironmentName environment) {}
