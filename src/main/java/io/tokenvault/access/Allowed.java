package io.tokenvault.access;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The roles that may call an endpoint; one of them is enough. An endpoint without it, and without {@code @Open}, is denied. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Allowed {
    Role[] value();

    /** Whether the bootstrap key may call it too, while it is armed. */
    boolean bootstrap() default false;
}
