package io.tokenvault.lifecycle;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenvault.coherence.FaultPoint;
import io.tokenvault.secrets.UnsafeConfig;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Arms the fault of {@code token-vault.unsafe.fault-point}; production does not start with one. */
@Singleton
class FaultArming {
    private static final Logger LOG = Logger.getLogger(FaultArming.class);
    private static final String SETTING = "token-vault.unsafe.fault-point";

    void arm(@Observes StartupEvent start, UnsafeConfig unsafe) {
        unsafe.faultPoint().ifPresent(setting -> {
            if (ConfigUtils.isProfileActive("prod")) {
                throw new ConfigurationException(SETTING + ": the profile prod lets no fault happen");
            }
            String[] parts = setting.split(":", 2);
            FaultPoint point = FaultPoint.parse(parts[0])
                    .orElseThrow(() -> new ConfigurationException(SETTING + ": there is no such fault point"));
            FaultPoint.Action action = Optional.of(parts)
                    .filter(both -> both.length == 2)
                    .flatMap(both -> FaultPoint.Action.parse(both[1]))
                    .orElseThrow(
                            () -> new ConfigurationException(SETTING + ": name throw, hang or halt after the colon"));
            LOG.warnf("armed: %s will %s, once", point.code(), action.name().toLowerCase(Locale.ROOT));
            point.arm(action);
        });
    }
}
