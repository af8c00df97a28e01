package io.tokenvault.embedded;

import java.io.IOException;

/** A server beside the service. Its user makes one call at a time. */
interface EmbeddedServer {
    /** Returns when the server answers; first ends one that an earlier run left behind. */
    void start() throws IOException;

    /** Ends the server in order, also one that did not get to its feet. */
    void stop() throws IOException;
}
