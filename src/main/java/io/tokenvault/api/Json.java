package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.token.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pieces that answers are made of. */
final class Json {
    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : Timestamp.text(time);
    }

    static ArrayNode texts(Collection<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(texts.size());
        texts.forEach(array::add);
        return array;
    }

    static <T> ArrayNode array(List<T> items, Function<T, ObjectNode> shape) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(items.size());
        items.forEach(item -> array.add(shape.apply(item)));
        return array;
    }

    /** {@code {"data":…}}. */
    static ObjectNode data(ObjectNode data) {
        ObjectNode answer = object();
        answer.set("data", data);
        return answer;
    }
}
