package io.tokenvault.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Something to measure.
 *
 * @param process of the server; its children count too
 * @param body empty: a GET, otherwise a POST
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Contender(String name, long process, Wire wire, URI address, Map<String, String> headers, byte[] body) {
    Contender(String name, long process, Wire wire, URI address, Map<String, String> headers, String body) {
        this(name, process, wire, address, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** How requests are sent. */
    enum Wire {
        /** One request at a time on each of 32 connections. */
        HTTP_1_1,
        /** 32 at a time on each of 4 connections, without TLS. */
        H2C
    }
}
