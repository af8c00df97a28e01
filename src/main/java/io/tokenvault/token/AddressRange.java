package io.tokenvault.token;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A range of IPv4 or IPv6 addresses in CIDR notation (RFC 4632, RFC 4291 §2.3). An IPv4-mapped IPv6 address counts as
 * IPv4. Host names are never looked up.
 */
public final class AddressRange {
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    private final byte[] network;
    private final int prefix;
    private final String text;

    private AddressRange(byte[] network, int prefix, String text) {
        this.network = network;
        this.prefix = prefix;
        this.text = text;
    }

    /** The range in this text, an address alone being a range of one; empty when it is none or has host bits set. */
    public static Optional<AddressRange> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        return parseAddress(address).flatMap(parsed -> {
            byte[] bytes = parsed.getAddress();
            boolean mapped = bytes.length == 4 && address.indexOf(':') >= 0;
            Optional<Integer> length =
                    slash < 0 ? Optional.of(bytes.length * 8) : prefixLength(text.substring(slash + 1), mapped);
            return length.filter(bits -> bits >= 0 && bits <= bytes.length * 8 && noHostBits(bytes, bits))
                    .map(bits -> new AddressRange(bytes, bits, text));
        });
    }

    /** The address in this text; empty when it is none. Zone ids are refused. */
    public static Optional<InetAddress> parseAddress(String text) {
        boolean literal = IPV4.matcher(text).matches()
                || text.indexOf(':') >= 0 && IPV6.matcher(text).matches();
        if (!literal) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }

    public boolean contains(InetAddress address) {
        byte[] bytes = plain(address);
        if (bytes.length != network.length) {
            return false;
        }
        byte[] masked = Arrays.copyOf(bytes, bytes.length);
        clearHostBits(masked, prefix);
        return Arrays.equals(masked, network);
    }

    private static byte[] plain(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean mapped = address instanceof Inet6Address
                && Arrays.equals(bytes, 0, 12, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, 0, 12);
        return mapped ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    private static Optional<Integer> prefixLength(String text, boolean mapped) {
        if (!text.matches("0|[1-9]\\d{0,2}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(text);
        return Optional.of(mapped ? bits - 96 : bits);
    }

    private static boolean noHostBits(byte[] address, int prefix) {
        byte[] masked = Arrays.copyOf(address, address.length);
        clearHostBits(masked, prefix);
        return Arrays.equals(masked, address);
    }

    private static void clearHostBits(byte[] address, int prefix) {
        for (int i = 0; i < address.length; i++) {
            int keep = Math.clamp(prefix - i * 8L, 0, 8);
            address[i] &= (byte) (0xFF << (8 - keep));
        }
    }

    /** Whether it is the same range, however it was written. */
    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && prefix == range.prefix && Arrays.equals(network, range.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
