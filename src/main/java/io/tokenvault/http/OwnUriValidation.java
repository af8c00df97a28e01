package io.tokenvault.http;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Leaves broken targets to {@link FrontFilter}, which answers them with a problem document. The server would refuse
 * them before any filter, with an empty 400, also at {@code /authz}; its switch is a system property that it reads when
 * its classes are initialized, and the making of the configuration is the one hook of an application before that.
 */
public final class OwnUriValidation implements SmallRyeConfigBuilderCustomizer {
    private static final String SWITCH = "vertx.disableURIValidation";

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        System.setProperty(SWITCH, "true");
    }
}
