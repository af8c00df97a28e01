package io.tokenvault.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenvault.testing.HttpAnswer;
import io.tokenvault.testing.HttpCaller;
import io.tokenvault.testing.Moto;
import io.tokenvault.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.InvalidRequestException;

/** The packaged service on AWS, as a pod with a web identity (IRSA) runs it, and with every logger told to tell all. */
class AwsServiceIT {
    private static final String BOOTSTRAP = "a-bootstrap-key-of-at-least-32-characters";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static Moto aws;
    private static SecretsManagerClient consumer;
    private static ServiceProcess service;
    private static HttpCaller operator;

    @BeforeAll
    static void start() throws IOException {
        aws = Moto.start(folder);
        consumer = SecretsManagerClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(aws.url())
                .credentialsProvider(() -> AwsBasicCredentials.create("an-id", "a-key"))
                .build();
        Path identity = Files.writeString(folder.resolve("identity"), "a-web-identity-not-for-logs");
        service = ServiceProcess.in(folder)
                .settings("""
                        token-vault.environments.production.mark=prod
                        token-vault.environments.production.backend=cloud
                        token-vault.system.backend=cloud
                        token-vault.backends.cloud.type=aws
                        token-vault.backends.cloud.endpoint=%s
                        token-vault.bootstrap.key=%s
                        quarkus.log.level=TRACE
                        quarkus.log.category."software.amazon.awssdk.http.auth".level=TRACE
                        quarkus.log.category."sun.net.www".level=TRACE
                        """.formatted(aws.url(), BOOTSTRAP))
                .variable("AWS_REGION", "eu-central-1")
                .variable("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/token-vault")
                .variable("AWS_WEB_IDENTITY_TOKEN_FILE", identity.toString())
                .variable("AWS_ENDPOINT_URL_STS", aws.url().toString())
                .start();
        operator = service.http()
                .as(service.http()
                        .as(BOOTSTRAP)
                        .post(
                                "/v1/operators",
                                "{\"name\":\"root\",\"roles\":[\"issuer\",\"security\",\"admin\"],\"environments\":[\"*\"]}")
                        .expect(201)
                        .text("/key"));
    }

    @AfterAll
    static void stop() {
        service.close();
        consumer.close();
        aws.close();
    }

    private static HttpAnswer connect() {
        return operator.post(
                        "/v1/connections",
                        "{\"tenant\":\"acme\",\"system\":\"netsuite\",\"environment\":\"production\"}")
                .expect(201);
    }

    private static String read(String connection) throws IOException {
        String json = consumer.getSecretValue(
                        request -> request.secretId("token-vault/production/" + connection + "/token")
                                .versionStage("AWSCURRENT"))
                .secretString();
        return JSON.readTree(json).path("token").textValue();
    }

    @Test
    void consumersReadWhatIsCurrentFromTheFirstTokenToTheLast() throws IOException {
        HttpAnswer connected = connect();
        String connection = connected.text("/connection/connection_id");
        String path = "/v1/connections/" + connection;
        assertThat(read(connection)).isEqualTo(connected.text("/token/token"));

        HttpAnswer rotated =
                operator.post(path + "/rotate", "{\"overlap\":\"PT1H\"}").expect(200);
        assertThat(read(connection)).isEqualTo(rotated.text("/token/token"));

        HttpAnswer reconnected = operator.post(path + "/reconnect", "{\"credentials\":{\"user\":\"x\"}}")
                .expect(200);
        assertThat(read(connection)).isEqualTo(reconnected.text("/token/token"));

        operator.post("/v1/tokens/" + reconnected.text("/token/token_id") + "/revoke", "{}")
                .expect(200);
        assertThat(read(connection)).isNull();

        operator.delete(path).expect(200);
        assertThatThrownBy(() -> read(connection)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void noLogLevelShowsASecretOrAnIdentity() {
        String token = connect().text("/token/token");

        assertThat(service.log())
                .contains("TRACE")
                .doesNotContain(token)
                .doesNotContain("a-web-identity-not-for-logs")
                .doesNotContainIgnoringCase("x-amz-security-token")
                .doesNotContain("AWS4-HMAC-SHA256");
    }
}
