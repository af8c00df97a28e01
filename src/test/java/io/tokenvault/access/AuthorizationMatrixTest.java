package io.tokenvault.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Postgres;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every endpoint of the control plane with every role, and with none. */
@QuarkusTest
@QuarkusTestResource(Postgres.class)
class AuthorizationMatrixTest {
    private static final List<String> ROLES = List.of("issuer", "validator", "security", "auditor", "admin");
    private static Map<String, HttpCaller> operators = Map.of();

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(textBlock = """
            POST,   /v1/connections,                                  issuer
            GET,    /v1/connections,                                  issuer security auditor admin
            GET,    /v1/connections/{c},                              issuer security auditor admin
            PATCH,  /v1/connections/{c},                              issuer
            DELETE, /v1/connections/{c},                              security
            GET,    /v1/connections/{c}/tokens,                       issuer security auditor admin
            POST,   /v1/connections/{c}/rotate,                       issuer security
            POST,   /v1/connections/{c}/reconnect,                    issuer
            POST,   /v1/connections/{c}/require-reauthorization,      issuer validator
            POST,   /v1/connections/{c}/suspend,                      security
            POST,   /v1/connections/{c}/resume,                       security
            GET,    /v1/tokens,                                       issuer security auditor admin
            GET,    /v1/tokens/{t},                                   issuer security auditor admin
            POST,   /v1/tokens/{t}/revoke,                            security
            POST,   /v1/revocations,                                  security
            GET,    /v1/operators,                                    auditor admin
            POST,   /v1/operators,                                    admin
            GET,    /v1/operators/{o},                                auditor admin
            DELETE, /v1/operators/{o},                                admin
            POST,   /v1/operators/{o}/rotate,                         admin
            GET,    /v1/environments,                                 auditor admin
            POST,   /v1/environments/production/keyring/rotate,       admin
            POST,   /v1/environments/production/keyring/retire,       admin
            GET,    /v1/jobs/{j},                                     auditor admin
            GET,    /v1/audit-events,                                 security auditor admin
            GET,    /v1/restored-database,                            security auditor admin
            POST,   /v1/restored-database/decision,                   admin
            POST,   /v1/validate,                                     validator
            POST,   /v1/validate/batch,                               validator
            """)
    void onlyTheseRolesMayCall(String method, String path, String allowed) {
        // an id that does not exist: whoever may call gets past the role, to 404 or 400
        String concrete = path.replace("{c}", "c00000000000000000000000")
                .replace("{t}", "000000000000")
                .replace("{j}", "j00000000000000000000000")
                .replace("{o}", "o00000000000000000000000");
        String body = method.equals("GET") || method.equals("DELETE") ? "" : "{\"no_such_field\":1}";
        List<String> permitted = List.of(allowed.split(" "));

        for (String role : ROLES) {
            HttpAnswer answer = operator(role).send(method, concrete, body, Map.of());

            if (permitted.contains(role)) {
                assertThat(answer.status()).as(role).isIn(200, 400, 404);
            } else {
                assertThat(answer.status()).as(role).isEqualTo(403);
                assertThat(answer.text("/code")).isEqualTo("forbidden");
            }
        }
        HttpAnswer nobody = service().anyone().send(method, concrete, body, Map.of());
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(nobody.header("WWW-Authenticate")).contains("Bearer realm=\"token-vault\"");
    }

    @Test
    void aRemovedOperatorIsNobodyAndAReplacedKeyOpensNothing() {
        HttpAnswer created = service()
                .admin()
                .post("/v1/operators", "{\"name\":\"x\",\"roles\":[\"auditor\"],\"environments\":[\"*\"]}")
                .expect(201);
        String path = "/v1/operators/" + created.text("/operator/operator_id");
        HttpCaller first = service().anyone().as(created.text("/key"));
        first.get("/v1/environments").expect(200);

        HttpCaller second = service()
                .anyone()
                .as(service().admin().post(path + "/rotate", "").expect(200).text("/key"));
        first.get("/v1/environments").expect(401);
        second.get("/v1/environments").expect(200);

        service().admin().delete(path).expect(200);
        second.get("/v1/environments").expect(401);
        assertThat(service()
                        .admin()
                        .delete(path)
                        .expect(200)
                        .json()
                        .path("effective")
                        .isNull())
                .isTrue();
        service().admin().post(path + "/rotate", "").expect(409);
    }

    @Test
    void nobodyMakesAnOperatorWhoReachesFurther() {
        HttpCaller bound = service().operator("admin", "production");

        bound.post("/v1/operators", "{\"name\":\"x\",\"roles\":[\"admin\"],\"environments\":[\"*\"]}")
                .expect(403);
        bound.post("/v1/operators", "{\"name\":\"x\",\"roles\":[\"admin\"],\"environments\":[\"sandbox\"]}")
                .expect(403);
        bound.post("/v1/operators", "{\"name\":\"x\",\"roles\":[\"admin\"],\"environments\":[\"production\"]}")
                .expect(201);
    }

    private static Deployment service() {
        return Deployment.current();
    }

    private static synchronized HttpCaller operator(String role) {
        if (operators.isEmpty()) {
            Deployment service = service();
            operators = ROLES.stream().collect(Collectors.toMap(name -> name, name -> service.operator(name, "*")));
        }
        return Objects.requireNonNull(operators.get(role));
    }
}
