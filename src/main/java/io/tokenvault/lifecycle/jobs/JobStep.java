package io.tokenvault.lifecycle.jobs;

import io.tokenvault.lifecycle.jobs.Job.Progress;

/** What a piece of work came to. */
public sealed interface JobStep {
    /** What people are told. */
    String detail();

    /** There is more to do, from here. */
    record Onward(String position, Progress progress, String detail) implements JobStep {}

    /** Something else has to happen first; the same piece is asked for again in a second. */
    record Waiting(String detail) implements JobStep {}

    /** All is done. */
    record Finished(Progress progress, String detail) implements JobStep {}

    /** It cannot be done; what was done stays. */
    record Refused(String detail) implements JobStep {}
}
