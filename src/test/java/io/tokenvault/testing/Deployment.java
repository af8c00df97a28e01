package io.tokenvault.testing;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;

/** A running service, that of a Quarkus test or a process, and operators to call it with. */
public final class Deployment {
    private static final Map<URI, String> ADMIN_KEYS = new ConcurrentHashMap<>();
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final HttpCaller anyone;
    private final HttpCaller admin;
    private final String adminKey;

    private Deployment(HttpCaller anyone, String adminKey) {
        this.anyone = anyone;
        this.adminKey = adminKey;
        this.admin = anyone.as(adminKey);
    }

    private static Deployment known(URI base, String bootstrap) {
        HttpCaller anyone = HttpCaller.of(base);
        return new Deployment(
                anyone,
                ADMIN_KEYS.computeIfAbsent(
                        base,
                        _ -> anyone.as(bootstrap)
                                .post(
                                        "/v1/operators",
                                        "{\"name\":\"root\",\"roles\":[\"issuer\",\"validator\",\"security\",\"auditor\",\"admin\"],"
                                                + "\"environments\":[\"*\"]}")
                                .expect(201)
                                .text("/key")));
    }

    public static Deployment current() {
        int port = ConfigProvider.getConfig().getValue("quarkus.http.port", Integer.class);
        String bootstrap = ConfigProvider.getConfig().getValue("token-vault.bootstrap.key", String.class);
        return known(URI.create("http://127.0.0.1:" + port), bootstrap);
    }

    /** The service at {@code base}; its admin is made with the bootstrap key the first time. */
    public static Deployment of(URI base, String bootstrap) {
        return known(base, bootstrap);
    }

    /** The same operators at another replica. */
    public Deployment at(URI replica) {
        return new Deployment(HttpCaller.of(replica), ADMIN_KEYS.computeIfAbsent(replica, _ -> adminKey));
    }

    /** Without a credential. */
    public HttpCaller anyone() {
        return anyone;
    }

    /** An operator with every role, everywhere. */
    public HttpCaller admin() {
        return admin;
    }

    /** A new operator with one role, bound to these environments. */
    public HttpCaller operator(String role, String... environments) {
        return anyone.as(operatorKey(role, environments));
    }

    /** The key of such an operator. */
    public String operatorKey(String role, String... environments) {
        String body = "{\"name\":\"%s-%d\",\"roles\":[\"%s\"],\"environments\":[\"%s\"]}"
                .formatted(role, NAMES.incrementAndGet(), role, String.join("\",\"", environments));
        return admin.post("/v1/operators", body).expect(201).text("/key");
    }

    /** A new connection in this environment; {@code fields} are more fields of the body, or empty. */
    public HttpAnswer connect(String environment, String fields) {
        return admin.post(
                        "/v1/connections",
                        "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"%s\"%s}"
                                .formatted(environment, fields.isEmpty() ? "" : "," + fields))
                .expect(201);
    }

    /** A verdict on the token, asked for in this environment; {@code fields} are more fields of the body, or empty. */
    public HttpAnswer validate(String token, String environment, String fields) {
        return admin.post(
                "/v1/validate",
                "{\"token\":\"%s\",\"environment\":\"%s\"%s}"
                        .formatted(token, environment, fields.isEmpty() ? "" : "," + fields));
    }

    /** {@code current}, {@code retiring}, or the reason of a refusal. */
    public String verdict(String token, String environment) {
        HttpAnswer answer = validate(token, environment, "").expect(200);
        return answer.json().path("active").asBoolean() ? answer.text("/state") : answer.text("/reason");
    }
}
