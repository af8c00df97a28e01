package io.tokenvault.coherence;

/**
 * A replica that may answer from what it keeps, as its row says.
 *
 * @param beat counts its polls
 * @param acked the number up to which it has applied the log, at least
 */
record Member(String id, long beat, long acked) {}
