package io.tokenvault.connection;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of source system that a connection can lead to. */
public enum SourceSystem {
    SAP_S4HANA,
    NETSUITE,
    DYNAMICS_FO,
    DYNAMICS_BC,
    CUSTOM;

    /** As in JSON. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<SourceSystem> parse(String code) {
        return Arrays.stream(values())
                .filter(system -> system.code().equals(code))
                .findFirst();
    }
}
