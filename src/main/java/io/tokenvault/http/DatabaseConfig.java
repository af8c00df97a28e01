package io.tokenvault.http;

import io.quarkus.arc.Unremovable;
import io.smallrye.config.ConfigMapping;

/**
 * What nothing starts without. As a mapping it is looked at before Hibernate starts, which comes before any bean of ours
 * and fills a page when there is no database. Nobody injects it, which is why it has to be kept.
 */
@Unremovable
@ConfigMapping(prefix = "quarkus.datasource.jdbc")
public interface DatabaseConfig {
    /** {@code jdbc:postgresql://…} */
    String url();
}
