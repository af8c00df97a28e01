package io.tokenvault.lifecycle.jobs;

/** One kind of background job: a bean for each, found by its code. */
public interface JobKind {
    /** As in the database and in JSON: lower case, words joined by {@code _}. Never used again for anything else. */
    String code();

    /**
     * Carries the job one bounded piece further, a few seconds at most, from {@link Job#position()}, outside of any
     * transaction. After a crash, a failure or a lost lease the same piece is asked for again, in rare cases by two
     * replicas at once: repeating it must be safe. A secrets backend that is unavailable may be let through; it is tried
     * again later.
     */
    JobStep advance(Job job);
}
