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
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.FreePorts;
import io.tokenvault.testing.ScriptedServer;
import io.tokenvault.token.ConnectionId;
import io.tokenvault.token.EnvironmentName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Each way the service can fail, in the words of the interface. */
class AwsFailuresTest {
    private static final SecretName NAME = new SecretName.ConnectionToken(
            new EnvironmentName("production"), new ConnectionId("c00000000000000000000000"));
    private static final SecretName KEYRING = new SecretName.Keyring(new EnvironmentName("production"));
    private static final SecretValue VALUE = SecretValue.of(JsonNodeFactory.instance
            .objectNode()
            .put("token", "tv_not-for-logs")
            .put("generation", 2));
    private static final AwsCredentialsProvider US =
            () -> AwsSessionCredentials.create("an-id", "a-key-not-for-logs", "a-session-token");
    private static final String VERSION = "f".repeat(32);
    private static final String NOT_FOUND = "ResourceNotFoundException";
    private static final String HTML = "<html>not-for-logs</html>";

    private final ScriptedServer server = new ScriptedServer(AwsFailuresTest::operation);

    @AfterEach
    void stop() {
        server.close();
    }

    private static String operation(HttpExchange exchange) {
        return exchange.getRequestHeaders().getFirst("X-Amz-Target").replace("secretsmanager.", "");
    }

    private SecretsBackend backend() {
        return backend(US);
    }

    private SecretsBackend backend(AwsCredentialsProvider credentials) {
        return at(server.url().toString(), credentials);
    }

    private static SecretsBackend at(String endpoint, AwsCredentialsProvider credentials) {
        Map<String, String> settings = Map.of("type", "aws", "region", "eu-central-1", "endpoint", endpoint);
        return AwsSecretsBackend.connect(
                "main", KEYRING, Settings.backend(settings), Settings.unsafe("plain-http"), credentials);
    }

    private AwsFailuresTest then(int status, String code) {
        return then(status, code, Map.of());
    }

    private AwsFailuresTest then(int status, String code, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/x-amz-json-1.1");
        all.put("x-amzn-RequestId", "request-7");
        server.then(status, "{\"__type\":\"" + code + "\",\"message\":\"not-for-logs\"}", all);
        return this;
    }

    private AwsFailuresTest then(String body) {
        server.then(200, body, Map.of("Content-Type", "application/x-amz-json-1.1"));
        return this;
    }

    private AwsFailuresTest thenStored(String version, long generation) {
        return then("{\"VersionId\":\"" + version + "\",\"SecretString\":\"{\\\"token\\\":\\\"x\\\",\\\"generation\\\":"
                + generation + "}\",\"VersionStages\":[\"AWSCURRENT\"]}");
    }

    private AwsFailuresTest thenThrice(Runnable answer) {
        for (int attempt = 0; attempt < 3; attempt++) {
            answer.run();
        }
        return this;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ThrottlingException", "TooManyRequestsException", "InternalServiceError", "ServiceUnavailable"})
    void aServiceThatCannotServeIsUnavailable(String code) {
        thenThrice(() -> then(400, code));

        assertThatThrownBy(() -> backend().get(NAME))
                .isInstanceOf(Unavailable.class)
                .hasMessageContainingAll("backend main", NAME.path(), code, "request-7")
                .hasMessageNotContaining("not-for-logs")
                .hasNoCause();
    }

    @Test
    void aThrottledWriteDidNothing() {
        then(400, NOT_FOUND).thenThrice(() -> then(400, "ThrottlingException"));

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @Test
    void whenToComeBackIsPassedOn() {
        thenThrice(() -> then(400, "ThrottlingException", Map.of("Retry-After", "7")));

        assertThatThrownBy(() -> backend().get(NAME))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @Test
    void aServiceThatRecoversInTimeIsNoFailure() {
        then(500, "InternalServiceError").then(400, NOT_FOUND);

        assertThat(backend().get(NAME)).isEmpty();
    }

    @Test
    void aWriteThatFailedInsideTheServiceIsOfUnknownOutcome() {
        then(400, NOT_FOUND).thenThrice(() -> then(500, "InternalServiceError"));
        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);

        thenThrice(() -> then(500, "InternalServiceError"));
        assertThatThrownBy(() -> backend().delete(NAME)).isInstanceOf(OutcomeUnknown.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AccessDeniedException",
                "UnrecognizedClientException",
                "ExpiredTokenException",
                "InvalidSignatureException",
                "DecryptionFailure"
            })
    void anIdentityThatMayNotIsDenied(String code) {
        then(400, code);
        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Denied.class).hasMessageContaining(code);

        then(400, code);
        assertThatThrownBy(() -> backend().check()).isInstanceOf(Denied.class);
    }

    @Test
    void aKeyThatMayNotBeUsedIsDenied() {
        then(400, NOT_FOUND).then(400, "EncryptionFailure");

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Denied.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LimitExceededException", "InvalidParameterException", "MalformedPolicyDocumentException"})
    void aRefusedWriteIsRejected(String code) {
        then(400, NOT_FOUND).then(400, code);

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2))
                .isInstanceOf(Rejected.class)
                .hasMessageContaining(code)
                .hasMessageNotContaining("not-for-logs");
    }

    @Test
    void tooManyVersionsAreRejected() {
        thenStored(VERSION, 1).then(400, "LimitExceededException");

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Rejected.class);
        assertThat(server.requests()).containsExactly("GetSecretValue", "PutSecretValue");
    }

    @Test
    void aSecretThatIsInvalidForAnotherReasonIsNotAbsent() {
        then(400, "InvalidRequestException").then("{\"Name\":\"n\"}");

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Rejected.class);
    }

    @Test
    void aSecretThatIsScheduledForDeletionIsAbsent() {
        then(400, "InvalidRequestException").then("{\"Name\":\"n\",\"DeletedDate\":1.5E9}");

        assertThat(backend().get(NAME)).isEmpty();
    }

    @Test
    void aDeleteOfWhatIsScheduledIsDone() {
        then(400, "InvalidRequestException").then("{\"Name\":\"n\",\"DeletedDate\":1.5E9}");

        assertThatCode(() -> backend().delete(NAME)).doesNotThrowAnyException();
    }

    @Test
    void aDeleteThatTheServiceRefusesIsRejected() {
        then(400, "InvalidRequestException").then("{\"Name\":\"n\"}");

        assertThatThrownBy(() -> backend().delete(NAME)).isInstanceOf(Rejected.class);
    }

    @Test
    void aNameThatADeletionStillBlocksIsUnavailable() {
        then(400, NOT_FOUND).then(400, "InvalidRequestException").then(400, NOT_FOUND);

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aLostRaceIsDecidedByReading() {
        thenStored(VERSION, 1).then("{}").then(400, "InvalidParameterException").thenStored(VERSION, 5);

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.SUPERSEDED);
        assertThat(server.requests())
                .containsExactly("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "GetSecretValue");
    }

    @Test
    void aLabelThatOurOwnLostAttemptMovedIsSuccess() {
        thenStored(VERSION, 1).then("{}");
        server.thenCut();
        then(400, "InvalidParameterException").thenStored(VERSION, 2);

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void aSecretThatSomebodyMadeMeanwhileIsRead() {
        then(400, NOT_FOUND).then(400, "ResourceExistsException").thenStored(VERSION, 2);

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void theFirstValueOfAGenerationIsMadeCurrent() {
        thenStored(VERSION, 1).then(400, "ResourceExistsException").then("{}");

        assertThat(backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
        assertThat(server.requests()).last().isEqualTo("UpdateSecretVersionStage");
    }

    @Test
    void racesWithoutEndAreUnavailable() {
        for (int attempt = 0; attempt < 10; attempt++) {
            thenStored(VERSION, 1).then("{}").then(400, "InvalidParameterException");
        }

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
        assertThat(server.requests()).hasSize(30);
    }

    @Test
    void aWriteWithoutAnAnswerIsOfUnknownOutcome() {
        then(400, NOT_FOUND);
        server.thenHang().thenHang().thenHang();

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aReadWithoutAnAnswerIsUnavailable() {
        server.thenHang().thenHang().thenHang();

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anAnswerThatNeverEndsIsNoAnswer() {
        server.thenHangInTheBody().thenHangInTheBody().thenHangInTheBody();

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anAnswerToAWriteThatNeverEndsIsOfUnknownOutcome() {
        server.thenHangInTheBody().thenHangInTheBody().thenHangInTheBody();

        assertThatThrownBy(() -> backend().delete(NAME)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aCutWriteIsOfUnknownOutcome() {
        then(400, NOT_FOUND);
        server.thenCut().thenCut().thenCut();

        assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aWriteThatWasLostAndThenRefusedIsOfUnknownOutcome() {
        server.thenCut();
        then(400, "AccessDeniedException");

        assertThatThrownBy(() -> backend().delete(NAME))
                .isInstanceOf(OutcomeUnknown.class)
                .hasMessageContaining("AccessDeniedException");
    }

    @Test
    void aServiceThatIsNotThereIsUnavailable() {
        SecretsBackend gone = at("http://127.0.0.1:" + FreePorts.next(), US);

        assertThatThrownBy(() -> gone.get(NAME)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> gone.put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> gone.delete(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anInterruptedCallerIsStillInterrupted() {
        server.thenHang();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> backend().get(NAME)).isInstanceOf(Unavailable.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anAnswerThatIsNotTheServicesIsRejected() {
        server.then(200, "{}").then(404, HTML).then(403, HTML);
        thenThrice(() -> server.then(200, HTML));

        for (int answer = 0; answer < 4; answer++) {
            assertThatThrownBy(() -> backend().get(NAME))
                    .isInstanceOf(Rejected.class)
                    .hasMessageNotContaining("not-for-logs")
                    .hasNoCause();
        }
    }

    @Test
    void aCodeThatIsFreeTextIsNotRepeated() {
        then(400, "tv_not-for-logs is no code");

        assertThatThrownBy(() -> backend().get(NAME))
                .isInstanceOf(Rejected.class)
                .hasMessageNotContaining("not-for-logs");
    }

    @Test
    void withoutCredentialsItIsUnavailable() {
        SecretsBackend nobody = backend(new AwsCredentials(() -> {
            throw SdkClientException.create("not-for-logs");
        }));

        assertThatThrownBy(() -> nobody.get(NAME))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("no credentials")
                .hasMessageNotContaining("not-for-logs");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void credentialsThatNeverComeAreNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        SecretsBackend waiting = backend(new AwsCredentials(() -> {
            try {
                never.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            throw SdkClientException.create("interrupted");
        }));

        assertThatThrownBy(() -> waiting.delete(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anEndpointOfTheEnvironmentIsNotTrustedWithPlainHttp() {
        System.setProperty("aws.endpointUrlSecretsManager", server.url().toString());
        try {
            SecretsBackend lured = AwsSecretsBackend.connect(
                    "main",
                    KEYRING,
                    Settings.backend(Map.of("type", "aws", "region", "eu-central-1")),
                    Settings.unsafe(),
                    US);

            assertThatThrownBy(() -> lured.get(NAME))
                    .isInstanceOf(Rejected.class)
                    .hasMessageContaining("the endpoint is not https");
        } finally {
            System.clearProperty("aws.endpointUrlSecretsManager");
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void noLogLevelOfTheSdkShowsASecretValue() {
        List<String> lines = new ArrayList<>();
        Logger client = Logger.getLogger("software.amazon.awssdk");
        Level before = client.getLevel();
        Handler collector = new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(record.getMessage() + " " + record.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        client.setLevel(Level.ALL);
        client.addHandler(collector);
        try {
            then(400, NOT_FOUND).then(400, "InvalidParameterException");
            assertThatThrownBy(() -> backend().put(NAME, VALUE, 2)).isInstanceOf(SecretsBackendException.class);
        } finally {
            client.removeHandler(collector);
            client.setLevel(before);
        }

        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("tv_not-for-logs"));
        assertThat(lines).noneMatch(line -> line.contains("a-key-not-for-logs"));
    }
}
