package io.tokenvault.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an operator may do; the annotation {@link Allowed} on each endpoint says which roles may call it. */
public enum Role {
    ISSUER,
    VALIDATOR,
    SECURITY,
    AUDITOR,
    ADMIN;

    /** The name in JSON and in the database: lower case. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> parse(String code) {
        return Arrays.stream(values()).filter(role -> role.code().equals(code)).findFirst();
    }
}
