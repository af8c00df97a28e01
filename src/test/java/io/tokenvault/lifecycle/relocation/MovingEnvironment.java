package io.tokenvault.lifecycle.relocation;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenvault.secrets.Backends;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.Jobs;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.util.Optional;

/** The environment {@code moving} of the tests, and what consumers read in either of its backends, main and spare. */
record MovingEnvironment(Deployment service, Backends backends) {
    static final EnvironmentName NAME = new EnvironmentName("moving");

    static final String MOVE = "/v1/environments/moving/move";

    /** As the control plane tells it. */
    JsonNode described() {
        return service.admin()
                .get("/v1/environments")
                .expect(200)
                .json()
                .path("data")
                .valueStream()
                .filter(each -> each.path("name").asText().equals(NAME.value()))
                .findFirst()
                .orElseThrow();
    }

    String backend() {
        return described().path("backend").asText();
    }

    String elsewhere() {
        return backend().equals("main") ? "spare" : "main";
    }

    HttpAnswer move(String body) {
        return service.admin().post(MOVE, body);
    }

    /** Moves it and waits for the end, which must be a success. */
    void moved(String body) {
        Jobs.succeeded(service.admin(), move(body));
    }

    Optional<StoredSecret> secret(String backend, String connection) {
        return backends.demand(backend).get(new SecretName.ConnectionToken(NAME, new ConnectionId(connection)));
    }

    /** The token under the name of this connection; {@code none} without a secret. */
    String token(String backend, String connection) {
        return secret(backend, connection)
                .map(stored -> stored.value().reveal().path("token").asText())
                .orElse("none");
    }
}
