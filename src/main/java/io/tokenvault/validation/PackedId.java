package io.tokenvault.validation;

import io.tokenvault.token.TokenId;

/** A token id in twelve bytes of memory: one byte for each of its characters. */
record PackedId(long first, int rest) {
    private static final int FIRST = Long.BYTES;
    private static final int LENGTH = FIRST + Integer.BYTES;

    static PackedId of(TokenId id) {
        return new PackedId(pack(id.value(), 0, FIRST), (int) pack(id.value(), FIRST, LENGTH));
    }

    TokenId unpack() {
        char[] text = new char[LENGTH];
        unpack(first, text, 0, FIRST);
        unpack(rest, text, FIRST, LENGTH);
        return new TokenId(new String(text));
    }

    private static long pack(String text, int from, int to) {
        long packed = 0;
        for (int i = from; i < to; i++) {
            packed = packed << Byte.SIZE | text.charAt(i);
        }
        return packed;
    }

    private static void unpack(long packed, char[] text, int from, int to) {
        long left = packed;
        for (int i = to - 1; i >= from; i--) {
            text[i] = (char) (left & 0xFF);
            left >>>= Byte.SIZE;
        }
    }

    /** Ids are random already; this brings all of their bits together. */
    @Override
    public int hashCode() {
        long mixed = (first ^ (long) rest << 17) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> Integer.SIZE);
    }

    @Override
    public String toString() {
        return unpack().value();
    }
}
