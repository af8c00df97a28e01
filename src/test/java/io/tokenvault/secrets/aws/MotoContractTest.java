package io.tokenvault.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tokenvault.secrets.Publication;
import io.tokenvault.secrets.SecretName;
import io.tokenvault.secrets.SecretValue;
import io.tokenvault.secrets.SecretsBackend;
import io.tokenvault.secrets.SecretsBackendContract;
import io.tokenvault.secrets.SecretsBackendException.Rejected;
import io.tokenvault.secrets.Settings;
import io.tokenvault.secrets.StoredSecret;
import io.tokenvault.testing.Moto;
import io.tokenvault.token.ConnectionId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;
import software.amazon.awssdk.services.secretsmanager.model.Tag;

class MotoContractTest extends SecretsBackendContract {
    private static final StaticCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("an-id", "a-key"));

    @TempDir
    private static Path folder;

    private static Moto server;
    private static SecretsManagerClient consumer;
    private static SecretsBackend backend;
    private static SecretsBackend replica;

    private final ConnectionId connection = ConnectionId.random(new SecureRandom());
    private final SecretName name = new SecretName.ConnectionToken(PRODUCTION, connection);

    @BeforeAll
    static void start() {
        server = Moto.start(folder);
        consumer = SecretsManagerClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(server.url())
                .credentialsProvider(ANYBODY)
                .build();
        backend = connected(Map.of());
        replica = connected(Map.of());
    }

    @AfterAll
    static void stop() {
        consumer.close();
        server.close();
    }

    private static SecretsBackend connected(Map<String, String> lines) {
        Map<String, String> settings = new HashMap<>(lines);
        settings.put("type", "aws");
        settings.put("region", "eu-central-1");
        settings.put("endpoint", server.url().toString());
        return AwsSecretsBackend.connect(
                "main",
                new SecretName.Keyring(PRODUCTION),
                Settings.backend(settings),
                Settings.unsafe("plain-http"),
                ANYBODY);
    }

    private static SecretValue value(String token, long generation) {
        return SecretValue.of(json().put("token", token).put("generation", generation));
    }

    private GetSecretValueResponse current() {
        return consumer.getSecretValue(request -> request.secretId(name.path()).versionStage("AWSCURRENT"));
    }

    private DescribeSecretResponse described() {
        return consumer.describeSecret(request -> request.secretId(name.path()));
    }

    @Override
    protected SecretsBackend backend() {
        return backend;
    }

    @Override
    protected SecretsBackend replica() {
        return replica;
    }

    @Test
    void consumersReadTheJson() {
        backend.put(name, value("tv_x", 1), 1);

        assertThat(current().secretString()).isEqualTo("{\"generation\":1,\"token\":\"tv_x\"}");
    }

    @Test
    void theSecretSaysWhoseItIs() {
        backend.put(name, value("a", 1), 1);

        assertThat(described().tags())
                .extracting(Tag::key, Tag::value)
                .containsExactlyInAnyOrder(
                        tuple("application", "token-vault"),
                        tuple("environment", "production"),
                        tuple("connection", connection.value()));
    }

    @Test
    void theVersionIsThatOfTheGeneration() {
        backend.put(name, value("a", 1), 1);
        String first = current().versionId();

        backend.put(name, value("b", 2), 2);

        assertThat(current().versionId()).matches("[0-9a-f]{32}").isNotEqualTo(first);
        assertThat(described().versionIdsToStages().get(first)).containsExactly("AWSPREVIOUS");
    }

    @Test
    void theKeyOfTheSettingsIsUsed() {
        connected(Map.of("kms-key-id", "alias/tokens")).put(name, value("a", 1), 1);

        assertThat(described().kmsKeyId()).isEqualTo("alias/tokens");
    }

    @Test
    void whatSomebodyElsePutThereIsReplaced() {
        consumer.createSecret(request -> request.name(name.path()).secretString("by hand"));

        Publication outcome = backend.put(name, value("ours", 1), 1);

        assertThat(outcome).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value("ours", 1), 1));
    }

    @Test
    void whatIsNoValueOfOursIsNotAbsence() {
        consumer.createSecret(request -> request.name(name.path()).secretString("by hand"));

        assertThatThrownBy(() -> backend.get(name)).isInstanceOf(Rejected.class).hasMessageNotContaining("by hand");
    }

    @Test
    void aSecretWithoutAValueGetsOne() {
        consumer.createSecret(request -> request.name(name.path()));

        assertThat(backend.get(name)).isEmpty();
        assertThat(backend.put(name, value("a", 1), 1)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value("a", 1), 1));
    }

    @Test
    void aValueThatWaitsIsMadeCurrentByTheNextWriter() {
        backend.put(name, value("a", 1), 1);
        backend.put(name, value("b", 2), 2);
        DescribeSecretResponse before = described();
        consumer.updateSecretVersionStage(request -> request.secretId(name.path())
                .versionStage("AWSCURRENT")
                .moveToVersionId(holder(before, "AWSPREVIOUS"))
                .removeFromVersionId(holder(before, "AWSCURRENT")));

        assertThat(replica.put(name, value("b", 2), 2)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value("b", 2), 2));
    }

    private static String holder(DescribeSecretResponse secret, String label) {
        return secret.versionIdsToStages().entrySet().stream()
                .filter(version -> version.getValue().contains(label))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void deletedCanBeRestoredForAWhile() {
        connected(Map.of("recovery-window-days", "7")).put(name, value("a", 1), 1);

        backend.delete(name);

        assertThat(described().deletedDate()).isNotNull();
        assertThat(backend.get(name)).isEmpty();
    }

    @Test
    void deletedForGoodIsGone() {
        SecretsBackend forGood = connected(Map.of("force-delete", "true"));
        forGood.put(name, value("a", 1), 1);

        forGood.delete(name);

        assertThatCode(() -> forGood.delete(name)).doesNotThrowAnyException();
        assertThatThrownBy(this::described).isInstanceOf(ResourceNotFoundException.class);
        assertThat(forGood.put(name, value("b", 2), 2)).isEqualTo(Publication.CURRENT);
    }

    @Test
    void theSameValueAfterADelete() {
        backend.put(name, value("a", 2), 2);
        backend.delete(name);

        assertThat(replica.put(name, value("a", 2), 2)).isEqualTo(Publication.CURRENT);
        assertThat(backend.get(name)).contains(new StoredSecret(value("a", 2), 2));
    }

    @Test
    void aLateWriterBringsNothingBack() {
        backend.put(name, value("b", 2), 2);
        backend.delete(name);

        assertThat(replica.put(name, value("a", 1), 1)).isEqualTo(Publication.SUPERSEDED);
        assertThat(backend.get(name)).isEmpty();
        assertThat(described().deletedDate()).isNotNull();
    }

    @Test
    void aDeletedSecretOfSomebodyElseIsLeftAlone() {
        consumer.createSecret(request -> request.name(name.path()).secretString("by hand"));
        consumer.deleteSecret(request -> request.secretId(name.path()).recoveryWindowInDays(7L));

        assertThatThrownBy(() -> backend.put(name, value("a", 1), 1)).isInstanceOf(Rejected.class);
        assertThat(described().deletedDate()).isNotNull();
    }

    @Test
    void checkingNeedsNoSecret() {
        Optional<StoredSecret> keyring = backend.get(new SecretName.Keyring(PRODUCTION));

        assertThat(keyring).isEmpty();
        assertThatCode(backend::check).doesNotThrowAnyException();
    }
}
