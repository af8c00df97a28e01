package io.tokenvault.secrets.aws;

import static io.tokenvault.secrets.aws.ScriptedAws.NAME;
import static io.tokenvault.secrets.aws.ScriptedAws.NOT_FOUND;
import static io.tokenvault.secrets.aws.ScriptedAws.VALUE;
import static io.tokenvault.secrets.aws.ScriptedAws.VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretsBackendException.Denied;
import io.tokenvault.secrets.SecretsBackendException.OutcomeUnknown;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.SecretsBackendException.Unavailable;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way the service can refuse, in the words of the interface. */
class AwsFailuresTest {
    private final ScriptedAws aws = new ScriptedAws();

    @AfterEach
    void stop() {
        aws.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ThrottlingException", "TooManyRequestsException", "InternalServiceError", "ServiceUnavailable"})
    void aServiceThatCannotServeIsUnavailable(String code) {
        aws.thenThrice(() -> aws.then(400, code));

        assertThatThrownBy(() -> aws.backend().get(NAME))
                .isInstanceOf(Unavailable.class)
                .hasMessageContainingAll("backend main", NAME.path(), code, "request-7")
                .hasMessageNotContaining("not-for-logs")
                .hasNoCause();
    }

    @Test
    void aThrottledWriteDidNothing() {
        aws.then(400, NOT_FOUND).thenThrice(() -> aws.then(400, "ThrottlingException"));

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @Test
    void whenToComeBackIsPassedOn() {
        aws.thenThrice(() -> aws.then(400, "ThrottlingException", Map.of("Retry-After", "7")));

        assertThatThrownBy(() -> aws.backend().get(NAME))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.retryAfter()).contains(Duration.ofSeconds(7)));
    }

    @Test
    void aServiceThatRecoversInTimeIsNoFailure() {
        aws.then(500, "InternalServiceError").then(400, NOT_FOUND);

        assertThat(aws.backend().get(NAME)).isEmpty();
    }

    @Test
    void aWriteThatFailedInsideTheServiceIsOfUnknownOutcome() {
        aws.then(400, NOT_FOUND).thenThrice(() -> aws.then(500, "InternalServiceError"));
        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(OutcomeUnknown.class);

        aws.thenThrice(() -> aws.then(500, "InternalServiceError"));
        assertThatThrownBy(() -> aws.backend().delete(NAME)).isInstanceOf(OutcomeUnknown.class);
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
        aws.then(400, code);
        assertThatThrownBy(() -> aws.backend().get(NAME))
                .isInstanceOf(Denied.class)
                .hasMessageContaining(code);

        aws.then(400, code);
        assertThatThrownBy(() -> aws.backend().check()).isInstanceOf(Denied.class);
    }

    @Test
    void aKeyThatMayNotBeUsedIsDenied() {
        aws.then(400, NOT_FOUND).then(400, "EncryptionFailure");

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(Denied.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"LimitExceededException", "InvalidParameterException", "MalformedPolicyDocumentException"})
    void aRefusedWriteIsRejected(String code) {
        aws.then(400, NOT_FOUND).then(400, code);

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2))
                .isInstanceOf(Rejected.class)
                .hasMessageContaining(code)
                .hasMessageNotContaining("not-for-logs");
    }

    @Test
    void tooManyVersionsAreRejected() {
        aws.thenStored(VERSION, 1).then(400, "LimitExceededException");

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(Rejected.class);
        assertThat(aws.server().requests()).containsExactly("GetSecretValue", "PutSecretValue");
    }

    @Test
    void aSecretThatIsInvalidForAnotherReasonIsNotAbsent() {
        aws.then(400, "InvalidRequestException").then("{\"Name\":\"n\"}");

        assertThatThrownBy(() -> aws.backend().get(NAME)).isInstanceOf(Rejected.class);
    }

    @Test
    void aSecretThatIsScheduledForDeletionIsAbsent() {
        aws.then(400, "InvalidRequestException").then("{\"Name\":\"n\",\"DeletedDate\":1.5E9}");

        assertThat(aws.backend().get(NAME)).isEmpty();
    }

    @Test
    void aDeleteOfWhatIsScheduledIsDone() {
        aws.then(400, "InvalidRequestException").then("{\"Name\":\"n\",\"DeletedDate\":1.5E9}");

        assertThatCode(() -> aws.backend().delete(NAME)).doesNotThrowAnyException();
    }

    @Test
    void aDeleteThatTheServiceRefusesIsRejected() {
        aws.then(400, "InvalidRequestException").then("{\"Name\":\"n\"}");

        assertThatThrownBy(() -> aws.backend().delete(NAME)).isInstanceOf(Rejected.class);
    }

    @Test
    void aNameThatADeletionStillBlocksIsUnavailable() {
        aws.then(400, NOT_FOUND).then(400, "InvalidRequestException").then(400, NOT_FOUND);

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aLostRaceIsDecidedByReading() {
        aws.thenStored(VERSION, 1)
                .then("{}")
                .then(400, "InvalidParameterException")
                .thenStored(VERSION, 5);

        assertThat(aws.backend().put(NAME, VALUE, 2)).isEqualTo(Publication.SUPERSEDED);
        assertThat(aws.server().requests())
                .containsExactly("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "GetSecretValue");
    }

    @Test
    void aLabelThatOurOwnLostAttemptMovedIsSuccess() {
        aws.thenStored(VERSION, 1).then("{}");
        aws.server().thenCut();
        aws.then(400, "InvalidParameterException").thenStored(VERSION, 2);

        assertThat(aws.backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void aSecretThatSomebodyMadeMeanwhileIsRead() {
        aws.then(400, NOT_FOUND).then(400, "ResourceExistsException").thenStored(VERSION, 2);

        assertThat(aws.backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void theFirstValueOfAGenerationIsMadeCurrent() {
        aws.thenStored(VERSION, 1).then(400, "ResourceExistsException").then("{}");

        assertThat(aws.backend().put(NAME, VALUE, 2)).isEqualTo(Publication.CURRENT);
        assertThat(aws.server().requests()).last().isEqualTo("UpdateSecretVersionStage");
    }

    @Test
    void racesWithoutEndAreUnavailable() {
        for (int attempt = 0; attempt < 10; attempt++) {
            aws.thenStored(VERSION, 1).then("{}").then(400, "InvalidParameterException");
        }

        assertThatThrownBy(() -> aws.backend().put(NAME, VALUE, 2)).isInstanceOf(Unavailable.class);
        assertThat(aws.server().requests()).hasSize(30);
    }
}
