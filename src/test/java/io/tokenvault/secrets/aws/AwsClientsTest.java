package io.tokenvault.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

class AwsClientsTest {
    private static final AwsRegionProvider NOWHERE = () -> {
        throw SdkClientException.create("nowhere");
    };

    @ParameterizedTest
    @ValueSource(strings = {"eu-central-1", "us-gov-west-1", "us-isob-east-1", "ap-southeast-5"})
    void aRegionIsTakenFromTheSetting(String name) {
        assertThat(AwsClients.region(Optional.of(name), NOWHERE)).isEqualTo(Region.of(name));
    }

    @Test
    void aRegionThatIsNotSetIsThatOfTheEnvironment() {
        assertThat(AwsClients.region(Optional.empty(), () -> Region.EU_WEST_3)).isEqualTo(Region.EU_WEST_3);
    }

    @Test
    void withoutARegionThereIsNoClient() {
        assertThatThrownBy(() -> AwsClients.region(Optional.empty(), NOWHERE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("region is missing");
    }
}
