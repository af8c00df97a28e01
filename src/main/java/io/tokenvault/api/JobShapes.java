package io.tokenvault.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenvault.lifecycle.jobs.Job;
import java.util.Locale;

/** Background jobs in answers. */
final class JobShapes {
    private JobShapes() {}

    static String location(Job job) {
        return "/v1/jobs/" + job.id();
    }

    static ObjectNode of(Job job) {
        ObjectNode json = Json.object();
        json.put("job_id", job.id().value());
        json.put("kind", job.kind());
        json.put("environment", job.environment().value());
        json.put("state", job.state().name().toLowerCase(Locale.ROOT));
        json.put("dry_run", job.dryRun());
        ObjectNode progress = json.putObject("progress");
        progress.put("done", job.progress().done());
        progress.put("total", job.progress().total());
        json.put("reason", job.reason());
        json.put("detail", job.detail());
        json.put("created_at", Json.time(job.createdAt()));
        json.put("started_at", Json.time(job.startedAt()));
        json.put("finished_at", Json.time(job.finishedAt()));
        return json;
    }
}
