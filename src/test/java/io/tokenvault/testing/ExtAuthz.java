package io.tokenvault.testing;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Asks the gRPC port of a service as Envoy does. */
public final class ExtAuthz implements AutoCloseable {
    private static final int LONGEST_SECONDS = 20;

    private final ManagedChannel channel;

    private ExtAuthz(ManagedChannel channel) {
        this.channel = channel;
    }

    public static ExtAuthz of(ServiceProcess service) {
        return new ExtAuthz(ManagedChannelBuilder.forAddress("127.0.0.1", service.grpcPort())
                .usePlaintext()
                .build());
    }

    public CheckResponse check(Question question) {
        return AuthorizationGrpc.newBlockingStub(channel)
                .withDeadlineAfter(LONGEST_SECONDS, TimeUnit.SECONDS)
                .check(question.request.build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** The headers of an answer, by their names in any case. */
    public static Map<String, String> headers(List<HeaderValueOption> options) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        options.forEach(option ->
                headers.put(option.getHeader().getKey(), option.getHeader().getValue()));
        return headers;
    }

    /** What Envoy says of one request. */
    public static final class Question {
        private final CheckRequest.Builder request = CheckRequest.newBuilder();

        /** What the operator of Envoy has written at the route. */
        public Question extension(String name, String value) {
            request.getAttributesBuilder().putContextExtensions(name, value);
            return this;
        }

        /** What the client has sent, joined as Envoy does. */
        public Question header(String name, String value) {
            http().putHeaders(name, value);
            return this;
        }

        /** As {@link #header}, where Envoy is told to send headers as they are. */
        public Question rawHeader(String name, String value) {
            http().getHeaderMapBuilder()
                    .addHeaders(HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value)));
            return this;
        }

        public Question token(String token) {
            return header("authorization", "Bearer " + token);
        }

        public Question path(String path) {
            http().setPath(path);
            return this;
        }

        /** Where Envoy saw the client. */
        public Question from(String address) {
            request.getAttributesBuilder()
                    .getSourceBuilder()
                    .getAddressBuilder()
                    .getSocketAddressBuilder()
                    .setAddress(address);
            return this;
        }

        /** As it goes over the wire, without the frame. */
        public byte[] message() {
            return request.build().toByteArray();
        }

        private AttributeContext.HttpRequest.Builder http() {
            return request.getAttributesBuilder().getRequestBuilder().getHttpBuilder();
        }
    }
}
