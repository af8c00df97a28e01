package io.tokenvault.secrets.aws;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/** Who we are, told apart from what the service answers. */
final class AwsCredentials implements AwsCredentialsProvider {
    private final AwsCredentialsProvider chain;

    AwsCredentials(AwsCredentialsProvider chain) {
        this.chain = chain;
    }

    /**
     * The default chain: system properties, environment, web identity (IRSA), shared files, container (ECS, EKS Pod
     * Identity), instance profile. Looked through at the first call, kept, and renewed before they end.
     */
    static AwsCredentials byDefault() {
        return new AwsCredentials(DefaultCredentialsProvider.builder().build());
    }

    /**
     * The chain gave nothing. It does not say whether nothing is configured or something did not answer, such as an
     * agent that starts at the same time as we do.
     */
    static final class NoCredentials extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoCredentials() {
            super("no credentials in the default chain", null, false, false);
        }
    }

    @Override
    public software.amazon.awssdk.auth.credentials.AwsCredentials resolveCredentials() {
        try {
            return chain.resolveCredentials();
        } catch (SdkException | IllegalStateException nothing) {
            throw new NoCredentials();
        }
    }
}
