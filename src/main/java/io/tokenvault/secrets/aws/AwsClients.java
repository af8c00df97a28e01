package io.tokenvault.secrets.aws;

import io.tokenvault.secrets.BackendsConfig;
import io.tokenvault.secrets.ServerAddress;
import io.tokenvault.secrets.UnsafeConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
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
                .region(region(settings.region(), new SystemSettingsRegionProvider()))
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

    /**
     * The region of the setting, or else of the environment.
     *
     * @param environment not the SDK's whole chain, whose end is a question over the network
     */
    static Region region(Optional<String> setting, AwsRegionProvider environment) {
        String region = setting.orElseGet(() -> regionOf(environment));
        if (!REGION.matcher(region).matches()) {
            throw new IllegalArgumentException("region must be the name of one, such as eu-central-1");
        }
        return Region.of(region);
    }

    private static String regionOf(AwsRegionProvider environment) {
        try {
            return environment.getRegion().id();
        } catch (SdkClientException none) {
            throw new IllegalArgumentException("region is missing");
        }
    }
}
