package io.tokenvault.validation;

import io.tokenvault.connection.ConnectionStatus;
import io.tokenvault.connection.RateLimit;
import io.tokenvault.token.AddressRange;
import io.tokenvault.token.EnvironmentName;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What most tokens have in common with many others: kept in memory once for all of them. */
record Terms(
        String system,
        EnvironmentName environment,
        ConnectionStatus status,
        List<String> scopes,
        List<AddressRange> allowedRanges,
        @Nullable RateLimit rateLimit,
        @Nullable Duration inactivityLimit) {}
