package io.tokenvault.access;

import io.tokenvault.audit.Origin;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** The call that is being served: who makes it, where it comes from, and its body. Set once, before the endpoint runs. */
@RequestScoped
public class Call {
    private @Nullable Caller caller;
    private @Nullable Origin origin;
    private byte[] body = new byte[0];

    /** Begins the call of an operator. */
    public void begin(Caller caller, Origin origin, byte[] body) {
        this.caller = caller;
        this.origin = origin;
        this.body = body;
    }

    /** Begins a call that no operator has to be known for. */
    public void beginOpen(Origin origin, byte[] body) {
        this.origin = origin;
        this.body = body;
    }

    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException("this endpoint is open: nobody has to be known");
        }
        return caller;
    }

    public Origin origin() {
        if (origin == null) {
            throw new IllegalStateException("the call has not begun");
        }
        return origin;
    }

    public byte[] body() {
        return body;
    }
}
