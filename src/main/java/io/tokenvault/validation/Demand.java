package io.tokenvault.validation;

import io.tokenvault.token.EnvironmentName;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token must be good for.
 *
 * @param environment where it must belong
 * @param requiredScopes all of which it must carry
 * @param source the address of whoever presented it; null: not known, so that a connection with allowed ranges is
 *     refused
 */
public record Demand(
        EnvironmentName environment,
        Set<String> requiredScopes,
        @Nullable InetAddress source) {}
