package io.tokenvault.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.access.Call;
import io.tokenvault.http.FieldError;
import io.tokenvault.http.ProblemCode;
import io.tokenvault.http.ProblemException;
import io.tokenvault.secrets.keyring.Sealer;
import io.tokenvault.token.EnvironmentName;
import io.tokenvault.token.TokenId;
import io.tokenvault.token.TokenMacs;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Makes a POST with an {@code Idempotency-Key} happen once within 24 hours. The first answer is stored in the
 * transaction of the change, so that neither is ever there without the other; while that transaction runs, an advisory
 * lock tells a second request to come back. Only successes are stored. Secrets in answers are sealed, and shown again
 * only while they open anything.
 */
@ApplicationScoped
class Idempotency {
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern FORMAT = Pattern.compile("[\\x21-\\x7e]{1,255}");
    /** How long after its commit a request may still be completing its answer; after that it was cut off. */
    private static final Duration COMPLETION = Duration.ofSeconds(5);

    private static final int ACCEPTED = 202;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EntityManager database;
    private final TokenMacs macs;
    private final Sealer sealer;
    private final ShownSecrets shownSecrets;
    private final Call call;

    Idempotency(EntityManager database, TokenMacs macs, Sealer sealer, ShownSecrets shownSecrets, Call call) {
        this.database = database;
        this.macs = macs;
        this.sealer = sealer;
        this.shownSecrets = shownSecrets;
        this.call = call;
    }

    /** The scope of one key. */
    record Key(String caller, String method, String path, String key) {
        private String scope() {
            return String.join("\n", caller, method, path, key);
        }
    }

    /** What became of a request. */
    sealed interface Outcome {
        /** It was carried out now. */
        record First(Answer answer) implements Outcome {}

        /**
         * It was carried out before; this is the first answer again.
         *
         * @param inForce whether it says that the change is in force everywhere
         */
        record Repeated(Response response, boolean inForce) implements Outcome {}
    }

    /** The key of this request; empty when it has none, 400 when it is none. */
    Optional<Key> key(RoutingContext exchange) {
        List<String> sent = exchange.request().headers().getAll(HEADER);
        if (sent.isEmpty()) {
            return Optional.empty();
        }
        if (sent.size() > 1 || !FORMAT.matcher(sent.getFirst()).matches()) {
            throw ProblemException.invalid(
                    List.of(new FieldError(HEADER, "must be one header of 1 to 255 visible ASCII characters")));
        }
        return Optional.of(new Key(
                call.caller().id(), exchange.request().method().name(), exchange.normalizedPath(), sent.getFirst()));
    }

    /** Carries out {@code change} in the running transaction, unless it was before; 409 while another request does. */
    Outcome once(Key key, Supplier<Answer> change) {
        if (!lock(key)) {
            throw stillRunning();
        }
        Optional<Object[]> stored = stored(key);
        if (stored.isPresent()) {
            return repeat(key, stored.get());
        }
        Answer answer = change.get();
        store(key, answer);
        return new Outcome.First(answer);
    }

    /** Replaces the stored answer by what was completed after the commit. */
    void update(Key key, Answer answer) {
        database.createNativeQuery("""
                        update idempotency set answer = :answer, completed = true
                        where caller = :caller and method = :method and path = :path and key = :key
                        """)
                .setParameter("answer", answer.body().toString())
                .setParameter("caller", key.caller())
                .setParameter("method", key.method())
                .setParameter("path", key.path())
                .setParameter("key", key.key())
                .executeUpdate();
    }

    private static ProblemException stillRunning() {
        return ProblemException.retryable(
                ProblemCode.CONFLICT, "a request with this Idempotency-Key is still running", RETRY_AFTER);
    }

    private boolean lock(Key key) {
        return (Boolean) database.createNativeQuery("select pg_try_advisory_xact_lock(hashtextextended(?1, 0))")
                .setParameter(1, key.scope())
                .getSingleResult();
    }

    private Optional<Object[]> stored(Key key) {
        @SuppressWarnings("unchecked")
        List<Object[]> rows = database.createNativeQuery("""
                        select request_mac, status, location, answer, secret, secret_key_id, environment,
                            completed or created_at < now() - :patience * interval '1 second'
                        from idempotency
                        where caller = :caller and method = :method and path = :path and key = :key
                            and created_at > now() - interval '24 hours'
                        """)
                .setParameter("patience", COMPLETION.toSeconds())
                .setParameter("caller", key.caller())
                .setParameter("method", key.method())
                .setParameter("path", key.path())
                .setParameter("key", key.key())
                .getResultList();
        return rows.stream().findFirst();
    }

    private Outcome.Repeated repeat(Key key, Object[] row) {
        if (!macs.matches(EnvironmentName.SYSTEM, (byte[]) row[0], request(key))) {
            throw ProblemException.of(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED, "this Idempotency-Key came with another body before");
        }
        if (!(Boolean) row[7]) {
            throw stillRunning();
        }
        ObjectNode body = read((String) row[3]);
        if (row[4] instanceof byte[] sealed && row[5] instanceof String keyId && row[6] instanceof String domain) {
            EnvironmentName environment = new EnvironmentName(domain);
            if (shownSecrets.isLive(environment, new TokenId(keyId))) {
                String secret = new String(sealer.unseal(environment, context(key), sealed), US_ASCII);
                shownSecrets.place(environment, body, secret);
            }
        }
        Response.ResponseBuilder response = Response.status(((Number) row[1]).intValue())
                .type(MediaType.APPLICATION_JSON)
                .header("Idempotency-Replayed", "true")
                .entity(body.toString());
        if (row[2] instanceof String location) {
            response.header(HttpHeaders.LOCATION, location);
        }
        return new Outcome.Repeated(
                response.build(),
                !row[1].equals(ACCEPTED) && body.path("effective").isObject());
    }

    private void store(Key key, Answer answer) {
        Answer.ShownOnce secret = answer.shownOnce();
        database.createNativeQuery("""
                        insert into idempotency (caller, method, path, key, request_mac, status, location, answer,
                            environment, secret, secret_key_id, created_at)
                        values (:caller, :method, :path, :key, :mac, :status, :location, :answer, :environment, :secret,
                            :keyId, now())
                        on conflict (caller, method, path, key) do update set request_mac = excluded.request_mac,
                            status = excluded.status, location = excluded.location, answer = excluded.answer,
                            environment = excluded.environment, secret = excluded.secret,
                            secret_key_id = excluded.secret_key_id, completed = false, created_at = excluded.created_at
                        """)
                .setParameter("caller", key.caller())
                .setParameter("method", key.method())
                .setParameter("path", key.path())
                .setParameter("key", key.key())
                .setParameter("mac", macs.compute(EnvironmentName.SYSTEM, request(key)))
                .setParameter("status", answer.status())
                .setParameter("location", answer.location())
                .setParameter("answer", answer.body().toString())
                .setParameter(
                        "environment", secret == null ? null : secret.domain().value())
                .setParameter(
                        "secret",
                        secret == null
                                ? null
                                : sealer.seal(
                                        secret.domain(),
                                        context(key),
                                        secret.credential().reveal().getBytes(US_ASCII)))
                .setParameter(
                        "keyId",
                        secret == null ? null : secret.credential().keyId().value())
                .executeUpdate();
    }

    private byte[] request(Key key) {
        byte[] scope = (key.scope() + "\n").getBytes(UTF_8);
        byte[] body = call.body();
        byte[] request = new byte[scope.length + body.length];
        System.arraycopy(scope, 0, request, 0, scope.length);
        System.arraycopy(body, 0, request, scope.length, body.length);
        return request;
    }

    private static String context(Key key) {
        return SealedAnswers.CONTEXT + key.scope();
    }

    private static ObjectNode read(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException changed) {
            throw new IllegalStateException("a stored answer is no JSON any more");
        }
    }
}
