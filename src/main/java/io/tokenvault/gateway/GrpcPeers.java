package io.tokenvault.gateway;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quarkus.grpc.GlobalInterceptor;
import io.tokenvault.http.AuthzSources;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;

/** Lets only those gateways call the gRPC port that may ask at {@code /authz}, whatever they call there. */
@GlobalInterceptor
@Singleton
class GrpcPeers implements ServerInterceptor {
    private final AuthzSources gateways;

    GrpcPeers(AuthzSources gateways) {
        this.gateways = gateways;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress peer
                && gateways.allows(peer.getAddress())) {
            return next.startCall(call, headers);
        }
        call.close(
                Status.PERMISSION_DENIED.withDescription("this address is not one of the gateways'"), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
