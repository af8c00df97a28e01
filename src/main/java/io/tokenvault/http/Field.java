package io.tokenvault.http;

import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One field of a body, or one parameter of a query, that was asked for by name. Its value can be read only after
 * {@code verify()} of the reader it came from found nothing wrong, so a half-read request cannot be acted upon.
 */
public final class Field<T> {
    private final FieldErrors errors;
    private final String path;
    private final boolean given;
    private final @Nullable T value;

    Field(FieldErrors errors, String path, boolean given, @Nullable T value) {
        this.errors = errors;
        this.path = path;
        this.given = given;
        this.value = value;
    }

    /** Absent and {@code null} are errors. */
    public Field<T> required() {
        if (value == null) {
            errors.add(path, "is required");
        }
        return this;
    }

    /** A rule beyond the form of the field; it is not asked about an absent one. The message must not quote the value. */
    public Field<T> check(Predicate<? super T> rule, String message) {
        if (value != null && !rule.test(value)) {
            errors.add(path, message);
        }
        return this;
    }

    /** Whether the field is there at all, {@code null} included: what tells "clear" from "leave" in a PATCH. */
    public boolean given() {
        return given;
    }

    /** The value of a {@link #required()} field. */
    public T get() {
        return find().orElseThrow(() -> new IllegalStateException(path + " was not declared as required"));
    }

    /** The value; empty when the field is absent or {@code null}. */
    public Optional<T> find() {
        errors.requireVerified();
        return Optional.ofNullable(value);
    }

    public T orElse(T absent) {
        return find().orElse(absent);
    }

    /** Names the field and nothing else. */
    @Override
    public String toString() {
        return "Field[" + path + "]";
    }
}
