package io.tokenvault.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenvault.secrets.aws.AwsExchange.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AwsExchangeTest {
    private final AwsExchange write = new AwsExchange(Kind.WRITE);

    @Test
    void whatWasNeverSentDidNotHappen() throws IOException {
        assertThat(write.mayHaveHappened()).isFalse();

        write.sending();
        write.failed(new ConnectException());

        assertThat(write.mayHaveHappened()).isFalse();
    }

    @Test
    void whatIsUnderWayMayHaveHappened() throws IOException {
        write.sending();

        assertThat(write.mayHaveHappened()).isTrue();
    }

    @Test
    void aRefusalSettlesItsOwnAttemptOnly() throws IOException {
        write.sending();
        write.answered(400, Optional.empty());
        assertThat(write.mayHaveHappened()).isFalse();

        write.sending();
        write.failed(new SocketTimeoutException());
        write.sending();
        write.answered(400, Optional.empty());

        assertThat(write.mayHaveHappened()).isTrue();
    }

    @Test
    void aReadChangesNothing() throws IOException {
        AwsExchange read = new AwsExchange(Kind.READ);

        read.sending();

        assertThat(read.mayHaveHappened()).isFalse();
    }

    @Test
    void whatWasGivenUpIsNeverSent() {
        write.giveUp();

        assertThatThrownBy(write::sending).isInstanceOf(IOException.class);
        assertThat(write.mayHaveHappened()).isFalse();
    }
}
