package io.tokenvault.secrets.aws;

import static io.tokenvault.secrets.aws.ScriptedAws.KEYRING;
import static io.tokenvault.secrets.aws.ScriptedAws.NAME;
import static io.tokenvault.secrets.aws.ScriptedAws.NOT_FOUND;
import static io.tokenvault.secrets.aws.ScriptedAws.US;
import static io.tokenvault.secrets.aws.ScriptedAws.VALUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendException;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import io.tokenvault.secrets.Settings;
import io.tokenvault.testing.CapturedLog;
import io.tokenvault.testing.FreePorts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;

/** What becomes of a call without an answer that can be the service's, or without credentials; and that nothing of it is logged. */
class AwsUnansweredTest {
    private static final String HTML = "<html>not-for-logs</html>";

    private final ScriptedAws aws = new ScriptedAws();

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void aWriteWithoutAnAnswerIsOfUnknownOutcome() {
        aws.then(400, NOT_FOUND);
        aws.server().thenHang().thenHang().thenHang();

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aReadWithoutAnAnswerIsUnavailable() {
        aws.server().thenHang().thenHang().thenHang();

        assertThatThrownBy(() -> aws.backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anAnswerThatNeverEndsIsNoAnswer() {
        aws.server().thenHangInTheBody().thenHangInTheBody().thenHangInTheBody();

        assertThatThrownBy(() -> aws.backend().get(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anAnswerToAWriteThatNeverEndsIsOfUnknownOutcome() {
        aws.server().thenHangInTheBody().thenHangInTheBody().thenHangInTheBody();

        assertThatThrownBy(() -> aws.backend().delete(NAME)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aCutWriteIsOfUnknownOutcome() {
        aws.then(400, NOT_FOUND);
        aws.server().thenCut().thenCut().thenCut();

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void aWriteThatWasLostAndThenRefusedIsOfUnknownOutcome() {
        aws.server().thenCut();
        aws.then(400, "AccessDeniedException");

        assertThatThrownBy(() -> aws.backend().delete(NAME))
                .isInstanceOf(OutcomeUnknown.class)
                .hasMessageContaining("AccessDeniedException");
    }

    @Test
    void aServiceThatIsNotThereIsUnavailable() {
        SecretsBackend gone = ScriptedAws.at("http://127.0.0.1:" + FreePorts.next(), US);

        assertThatThrownBy(() -> gone.get(NAME)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> gone.put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> gone.delete(NAME)).isInstanceOf(Unavailable.class);
    }

    @Test
    void anInterruptedCallerIsStillInterrupted() {
        aws.server().thenHang();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> aws.backend().get(NAME)).isInstanceOf(Unavailable.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anAnswerThatIsNotTheServicesIsRejected() {
        aws.server().then(200, "{}").then(404, HTML).then(403, HTML);
        aws.thenThrice(() -> aws.server().then(200, HTML));

        for (int answer = 0; answer < 4; answer++) {
            assertThatThrownBy(() -> aws.backend().get(NAME))
                    .isInstanceOf(Rejected.class)
                    .hasMessageNotContaining("not-for-logs")
                    .hasNoCause();
        }
    }

    @Test
    void aCodeThatIsFreeTextIsNotRepeated() {
        aws.then(400, "tv_not-for-logs is no code");

        assertThatThrownBy(() -> aws.backend().get(NAME))
                .isInstanceOf(Rejected.class)
                .hasMessageNotContaining("not-for-logs");
    }

    @Test
    void withoutCredentialsItIsUnavailable() {
        SecretsBackend nobody = aws.backend(new AwsCredentials(() -> {
            throw SdkClientException.create("not-for-logs");
        }));

        assertThatThrownBy(() -> nobody.get(NAME))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("no credentials")
                .hasMessageNotContaining("not-for-logs");
        assertThat(aws.server().requests()).isEmpty();
    }

    @Test
    void credentialsThatNeverComeAreNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        SecretsBackend waiting = aws.backend(new AwsCredentials(() -> {
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
        System.setProperty("aws.endpointUrlSecretsManager", aws.server().url().toString());
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
        assertThat(aws.server().requests()).isEmpty();
    }

    @Test
    void noLogLevelOfTheSdkShowsASecretValue() {
        List<String> lines;
        try (CapturedLog log = CapturedLog.of("software.amazon.awssdk")) {
            aws.then(400, NOT_FOUND).then(400, "InvalidParameterException");
            assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(SecretsBackendException.class);
            lines = log.lines();
        }

        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("tv_not-for-logs"));
        assertThat(lines).noneMatch(line -> line.contains("a-key-not-for-logs"));
    }
}
