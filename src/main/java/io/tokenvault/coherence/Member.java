package io.tokenvault.coherence;

/**
 * A replica that may answer from what it keeps, as its row says.
 *
 * @param beat counts its polls
 * @param acked the number up to which it has applied the log, at least
 */
record Member(String id, long beat, long acked) {
    /** What a replica acknowledges that has left in order: it answers nothing any more, so no change can be missed. */
    static final long LEFT = Long.MAX_VALUE;

    boolean hasLeft() {
        return acked == LEFT;
    }
}
