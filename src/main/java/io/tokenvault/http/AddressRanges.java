package io.tokenvault.http;

import io.tokenvault.token.AddressRange;
import org.eclipse.microprofile.config.spi.Converter;
import org.jspecify.annotations.NullUnmarked;

/** Reads one range of a setting such as {@code 10.0.0.0/8,::1/128}; an unreadable one stops the start. */
@NullUnmarked
public final class AddressRanges implements Converter<AddressRange> {
    private static final long serialVersionUID = 1L;

    @Override
    public AddressRange convert(String text) {
        if (text.isBlank()) {
            return null;
        }
        return AddressRange.parse(text.strip())
                .orElseThrow(() -> new IllegalArgumentException("'" + text
                        + "' is not an address range in CIDR notation without host bits, such as 10.0.0.0/8"));
    }
}
