package io.tokenvault.testing;

import java.time.Duration;

/** Background jobs of a service under test. */
public final class Jobs {
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private Jobs() {}

    /** The job that an answer began, once it has succeeded. */
    public static HttpAnswer succeeded(HttpCaller caller, HttpAnswer begun) {
        String path = begun.expect(202).header("Location").orElseThrow();
        boolean ended = Waiting.until(
                LONGEST,
                () -> !caller.get(path)
                        .expect(200)
                        .json()
                        .at("/data/finished_at")
                        .isNull());
        HttpAnswer job = caller.get(path).expect(200);
        if (!ended || !job.text("/data/state").equals("succeeded")) {
            throw new AssertionError("the job did not succeed: " + job.body());
        }
        return job;
    }
}
