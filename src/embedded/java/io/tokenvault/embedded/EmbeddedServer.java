package io.tokenvault.embedded;

import java.io.IOException;

/** A server beside the service. Both calls may be repeated and may meet: a stop waits for a start that is under way. */
interface EmbeddedServer {
    /** Returns when the server answers; first ends one that an earlier run left behind. */
    void start() throws IOException;

    /** Ends the server in order, whether or not it runs. */
    void stop() throws IOException;
}
