package io.tokenvault.client;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the answer of {@code POST /v1/validate}. It accepts only what answers the very question that was asked: this token,
 * this environment, these scopes. Fields that it does not know are passed over, since a newer service may have more.
 */
final class VerdictReader {
    private static final Pattern CONNECTION = Pattern.compile("c[0-9a-z]{23}");
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern SYSTEM = Pattern.compile("[a-z0-9_]{1,64}");
    private static final Pattern REASON = Pattern.compile("[a-z0-9_]{1,64}");

    /** What came is no verdict on this question. */
    private static final class NoVerdictException extends Exception {
        private static final long serialVersionUID = 1L;

        private NoVerdictException() {
            super("no verdict", null, false, false);
        }
    }

    private final Map<String, Object> fields;

    private VerdictReader(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** Accepted or refused; empty when the answer is not one of both, beyond doubt. */
    static Optional<Verdict> read(byte[] body, String tokenId, String environment, Demand demand) {
        try {
            VerdictReader reader = new VerdictReader(StrictJson.object(body));
            return Optional.of(
                    reader.is("active", true) ? reader.accepted(tokenId, environment, demand) : reader.refused());
        } catch (StrictJson.NoJsonException | NoVerdictException none) {
            return Optional.empty();
        }
    }

    private Verdict refused() throws NoVerdictException {
        if (!is("active", false)) {
            throw new NoVerdictException();
        }
        return new Verdict.Refused(Reason.of(text("reason", REASON)));
    }

    private Verdict accepted(String tokenId, String environment, Demand demand) throws NoVerdictException {
        if (!is("token_id", tokenId) || !is("environment", environment)) {
            throw new NoVerdictException();
        }
        Set<String> scopes = scopes();
        if (!scopes.containsAll(demand.scopes())) {
            throw new NoVerdictException();
        }
        return new Verdict.Accepted(
                tokenId,
                text("connection_id", CONNECTION),
                text("tenant", TENANT),
                text("system", SYSTEM),
                environment,
                scopes,
                state(),
                time("expires_at"),
                time("retires_at"));
    }

    private boolean is(String name, Object wanted) {
        return wanted.equals(fields.get(name));
    }

    private String text(String name, Pattern form) throws NoVerdictException {
        if (fields.get(name) instanceof String text && form.matcher(text).matches()) {
            return text;
        }
        throw new NoVerdictException();
    }

    private Verdict.State state() throws NoVerdictException {
        if (is("state", "current")) {
            return Verdict.State.CURRENT;
        }
        if (is("state", "retiring")) {
            return Verdict.State.RETIRING;
        }
        throw new NoVerdictException();
    }

    private Set<String> scopes() throws NoVerdictException {
        if (!(fields.get("scopes") instanceof List<?> listed)) {
            throw new NoVerdictException();
        }
        Set<String> scopes = new LinkedHashSet<>();
        for (Object scope : listed) {
            if (!(scope instanceof String text) || !Demand.isScope(text)) {
                throw new NoVerdictException();
            }
            scopes.add(text);
        }
        return scopes;
    }

    private Optional<Instant> time(String name) throws NoVerdictException {
        if (is(name, StrictJson.Null.NULL)) {
            return Optional.empty();
        }
        if (fields.get(name) instanceof String text) {
            try {
                return Optional.of(Instant.parse(text));
            } catch (DateTimeException noTime) {
                throw new NoVerdictException();
            }
        }
        throw new NoVerdictException();
    }
}
