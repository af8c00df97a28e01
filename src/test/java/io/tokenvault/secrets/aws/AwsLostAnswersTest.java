package io.tokenvault.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Moto;
import io.tokenvault.testing.ScriptedServer;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** The service does what it is told and its answer is lost; the network between is in the test's hands. */
class AwsLostAnswersTest {
    private static final EnvironmentName PRODUCTION = new EnvironmentName("production");
    private static final int ATTEMPTS_OF_THE_SDK = 3;

    @TempDir
    private static Path folder;

    private static Moto service;
    private static SecretsBackend direct;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ScriptedServer network = new ScriptedServer(_ -> "");
    private final SecretsBackend backend = connected(network.url());
    private final SecretName name = new SecretName.ConnectionToken(PRODUCTION, ConnectionId.random(new SecureRandom()));

    @BeforeAll
    static void start() {
        service = Moto.start(folder);
        direct = connected(service.url());
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @AfterEach
    void disconnect() {
        network.close();
        http.close();
    }

    private static SecretsBackend connected(URI endpoint) {
        return AwsSecretsBackend.connect(
                "main",
                new SecretName.Keyring(PRODUCTION),
                Settings.backend(Map.of("type", "aws", "region", "eu-central-1", "endpoint", endpoint.toString())),
                Settings.unsafe("plain-http"),
                () -> AwsBasicCredentials.create("an-id", "a-key"));
    }

    private static SecretValue value(String token) {
        return SecretValue.of(JsonNodeFactory.instance.objectNode().put("token", token));
    }

    private HttpResponse<String> forwarded(HttpExchange exchange) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(service.url())
                .POST(BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
        for (String header : new String[] {"Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date"}) {
            request.header(header, exchange.getRequestHeaders().getFirst(header));
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    private void delivers(int requests) {
        for (int request = 0; request < requests; request++) {
            network.then(exchange -> {
                HttpResponse<String> answer = forwarded(exchange);
                ScriptedServer.answering(
                                answer.statusCode(),
                                answer.body(),
                                Map.of("Content-Type", "application/x-amz-json-1.1"))
                        .give(exchange);
            });
        }
    }

    private void losesTheAnswer(int times) {
        for (int time = 0; time < times; time++) {
            network.then(exchange -> {
                forwarded(exchange);
                exchange.close();
            });
        }
    }

    @Test
    void oneLostAnswerToEachWriteIsNoFailure() {
        delivers(1);
        losesTheAnswer(1);
        delivers(1);
        assertThat(backend.put(name, value("a"), 1)).isEqualTo(Publication.CURRENT);

        delivers(1);
        losesTheAnswer(1);
        delivers(1);
        losesTheAnswer(1);
        delivers(2);
        assertThat(backend.put(name, value("b"), 2)).isEqualTo(Publication.CURRENT);

        assertThat(direct.get(name)).map(StoredSecret::generation).contains(2L);
    }

    @Test
    void aCreationCanBeRepeated() {
        delivers(1);
        losesTheAnswer(ATTEMPTS_OF_THE_SDK);
        assertThatThrownBy(() -> backend.put(name, value("a"), 1)).isInstanceOf(OutcomeUnknown.class);

        assertThat(direct.put(name, value("a"), 1)).isEqualTo(Publication.CURRENT);
        assertThat(direct.get(name)).contains(new StoredSecret(value("a").withGeneration(1), 1));
    }

    @Test
    void aValueThatWaitsCanBeWrittenAgain() {
        direct.put(name, value("a"), 1);
        delivers(1);
        losesTheAnswer(ATTEMPTS_OF_THE_SDK);
        assertThatThrownBy(() -> backend.put(name, value("b"), 2)).isInstanceOf(OutcomeUnknown.class);

        assertThat(direct.get(name)).map(StoredSecret::generation).contains(1L);
        assertThat(direct.put(name, value("b"), 2)).isEqualTo(Publication.CURRENT);
        assertThat(direct.get(name)).contains(new StoredSecret(value("b").withGeneration(2), 2));
    }

    @Test
    void aMoveOfTheLabelCanBeRepeated() {
        direct.put(name, value("a"), 1);
        delivers(2);
        losesTheAnswer(ATTEMPTS_OF_THE_SDK);
        assertThatThrownBy(() -> backend.put(name, value("b"), 2)).isInstanceOf(OutcomeUnknown.class);

        assertThat(direct.get(name)).contains(new StoredSecret(value("b").withGeneration(2), 2));
        assertThat(direct.put(name, value("b"), 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void aLaterValueReplacesOneWhoseOutcomeIsUnknown() {
        direct.put(name, value("a"), 1);
        delivers(1);
        losesTheAnswer(ATTEMPTS_OF_THE_SDK);
        assertThatThrownBy(() -> backend.put(name, value("b"), 2)).isInstanceOf(OutcomeUnknown.class);

        assertThat(direct.put(name, value("c"), 3)).isEqualTo(Publication.CURRENT);
        assertThat(direct.put(name, value("b"), 2)).isEqualTo(Publication.SUPERSEDED);
        assertThat(direct.get(name)).contains(new StoredSecret(value("c").withGeneration(3), 3));
    }

    @Test
    void aDeletionCanBeRepeated() {
        direct.put(name, value("a"), 1);
        losesTheAnswer(ATTEMPTS_OF_THE_SDK);
        assertThatThrownBy(() -> backend.delete(name)).isInstanceOf(OutcomeUnknown.class);

        assertThat(direct.get(name)).isEmpty();
        assertThatCode(() -> direct.delete(name)).doesNotThrowAnyException();
    }
}
