package io.tokenvault.secrets.aws;

import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.ServerAddress;
import io.tokenvault.secrets.UnsafeConfig;
import java.time.Duration;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;

/** The SDK's client for one backend. Making it contacts nobody. */
final class AwsClients {
    private static final Duration EXCHANGE_LIMIT = Duration.ofSeconds(2);
    // A part of a host name: nothing else may get into the address that secrets are sent to.
    private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z0-9]{1,16}){1,4}");

    private AwsClients() {}

    /** @throws IllegalArgumentException naming the setting that is missing, wrong, or unsafe without being called so */
    static SecretsManagerClient of(
            BackendsConfig.One settings, UnsafeConfig unsafe, AwsCredentialsProvider credentials) {
        SecretsManagerClientBuilder builder = SecretsManagerClient.builder()
                .region(region(settings))
                .credentialsProvider(credentials)
                .httpClient(new AwsTransport(EXCHANGE_LIMIT, unsafe.plainHttp()))
                .overrideConfiguration(client -> client.retryStrategy(RetryMode.STANDARD)
                        .apiCallAttemptTimeout(EXCHANGE_LIMIT)
                        .apiCallTimeout(AwsExchanges.LIMIT));
        settings.endpoint()
                .map(endpoint -> ServerAddress.checked("endpoint", endpoint, unsafe))
                .ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static Region region(BackendsConfig.One settings) {
        String region = settings.region().orElseGet(AwsClients::regionOfTheEnvironment);
        if (!REGION.matcher(region).matches()) {
            throw new IllegalArgumentException("region must be the name of one, such as eu-central-1");
        }
        return Region.of(region);
    }

    // Not the SDK's whole chain, whose end is a question over the network.
    private static String regionOfTheEnvironment() {
        try {
            return new SystemSettingsRegionProvider().getRegion().id();
        } catch (SdkClientException none) {
            throw new IllegalArgumentException("region is missing");
        }
    }
}
