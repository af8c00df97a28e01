package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.connection.Position;
import io.tokenvault.http.Cursor;
import io.tokenvault.http.PageRequest;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages of lists, newest first: {@code {"data":[…],"next_cursor"}}. */
final class Lists {
    private Lists() {}

    /** How many rows to read: one more than is shown tells whether there is a next page. */
    static int rows(PageRequest page) {
        return page.limit() + 1;
    }

    static @Nullable Position after(PageRequest page) {
        return page.after()
                .map(cursor -> new Position(cursor.at(), cursor.id()))
                .orElse(null);
    }

    static <T> ObjectNode page(
            PageRequest page, List<T> rows, Function<T, ObjectNode> shape, Function<T, Cursor> cursor) {
        List<T> shown = rows.subList(0, Math.min(rows.size(), page.limit()));
        ObjectNode answer = Json.object();
        answer.set("data", Json.array(shown, shape));
        answer.put(
                "next_cursor",
                rows.size() > shown.size() ? cursor.apply(shown.getLast()).encode() : null);
        return answer;
    }
}
