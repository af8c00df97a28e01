package io.tokenvault.secrets.keyring;

import java.util.List;

/**
 * Where the database keeps something sealed. Each is a bean of whoever seals there, so that a rotation finds all of them
 * and seals what is in them again. The table has a column {@code environment}.
 *
 * @param keyColumns the primary key, whose values, joined by line feeds behind {@code context}, are what a value is
 *     sealed for
 */
public record SealedColumn(String table, String column, List<String> keyColumns, String context) {
    /** What the value of the row with this key is sealed for. */
    public String contextOf(List<String> key) {
        return context + String.join("\n", key);
    }
}
