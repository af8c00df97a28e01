package io.tokenvault.lifecycle;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tokenvault.token.ConnectionId;
import java.time.Duration;
import java.util.zip.CRC32;

/**
 * How much later than the period a connection is rotated: up to a tenth of it, always the same for one connection, so
 * that connections made together are not rotated together for ever.
 */
final class RotationJitter {
    private static final int PART_OF_PERIOD = 10;

    private RotationJitter() {}

    /** Zero or more, less than a tenth of the period. */
    static Duration of(ConnectionId connection, Duration period) {
        CRC32 checksum = new CRC32();
        checksum.update(connection.value().getBytes(US_ASCII));
        double fraction = checksum.getValue() / (double) (1L << Integer.SIZE);
        return Duration.ofMillis((long) (fraction * (period.toMillis() / PART_OF_PERIOD)));
    }
}
