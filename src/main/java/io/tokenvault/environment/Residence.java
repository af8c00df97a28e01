package io.tokenvault.environment;

import org.jspecify.annotations.Nullable;

/**
 * Where an environment lives, as the database has it.
 *
 * @param place where its keyring is read from and its tokens are published
 * @param second the other place of a move that has not ended: the new one before the switch, the old one after it
 * @param clearing whether what is in the second place goes away
 * @param left where it lived before its last move
 * @param epoch grows with every change
 */
public record Residence(
        Place place,
        @Nullable Place second,
        boolean clearing,
        @Nullable Place left,
        long epoch) {}
