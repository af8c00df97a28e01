package io.tokenvault.secrets.aws;

import java.io.IOException;
import java.time.Duration;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * Carries the SDK's requests, and tells the {@link AwsExchange} what became of each attempt. Sends nothing in the clear
 * unless that was said to be allowed: the SDK takes its endpoint from the environment, too ({@code AWS_ENDPOINT_URL}).
 */
final class AwsTransport implements SdkHttpClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

    private final SdkHttpClient http;
    private final boolean plainHttp;

    /**
     * @param limit how long the next bytes of an answer may take
     * @param plainHttp whether requests without TLS are allowed
     */
    AwsTransport(Duration limit, boolean plainHttp) {
        this.http = UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT_LIMIT)
                .socketTimeout(limit)
                .build();
        this.plainHttp = plainHttp;
    }

    /** The endpoint is not {@code https}, and nothing was sent to it. */
    static final class PlainHttpRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PlainHttpRefused() {
            super("the endpoint is not https", null, false, false);
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        if (!plainHttp && !"https".equalsIgnoreCase(request.httpRequest().protocol())) {
            throw new PlainHttpRefused();
        }
        return new Attempt(AwsExchange.CURRENT.get(), http.prepareRequest(request));
    }

    private record Attempt(AwsExchange exchange, ExecutableHttpRequest request) implements ExecutableHttpRequest {
        @Override
        public HttpExecuteResponse call() throws IOException {
            exchange.sending();
            try {
                HttpExecuteResponse answer = request.call();
                exchange.answered(
                        answer.httpResponse().statusCode(),
                        answer.httpResponse().firstMatchingHeader("Retry-After"));
                return answer;
            } catch (IOException failed) {
                exchange.failed(failed);
                throw failed;
            }
        }

        @Override
        public void abort() {
            request.abort();
        }
    }

    @Override
    public String clientName() {
        return http.clientName();
    }

    @Override
    public void close() {
        http.close();
    }
}
