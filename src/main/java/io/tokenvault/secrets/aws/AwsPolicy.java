package io.tokenvault.secrets.aws;

import io.tokenvault.secrets.BackendsConfig;
import java.util.Optional;
import software.amazon.awssdk.services.secretsmanager.model.DeleteSecretRequest;

/**
 * What the settings say about every secret.
 *
 * @param kmsKeyId the key of new secrets; empty for the account's own
 * @param recoveryWindowDays how long a deleted secret can be restored; empty when it is gone at once
 */
record AwsPolicy(Optional<String> kmsKeyId, Optional<Integer> recoveryWindowDays) {
    private static final int SHORTEST_WINDOW = 7;
    private static final int LONGEST_WINDOW = 30;

    /** @throws IllegalArgumentException naming the setting that is wrong */
    static AwsPolicy of(BackendsConfig.One settings) {
        Optional<Integer> days = settings.recoveryWindowDays();
        if (settings.forceDelete() && days.isPresent()) {
            throw new IllegalArgumentException("recovery-window-days and force-delete exclude each other");
        }
        if (days.filter(number -> number < SHORTEST_WINDOW || number > LONGEST_WINDOW)
                .isPresent()) {
            throw new IllegalArgumentException("recovery-window-days must be from 7 to 30");
        }
        return new AwsPolicy(
                settings.kmsKeyId(),
                settings.forceDelete() ? Optional.empty() : Optional.of(days.orElse(LONGEST_WINDOW)));
    }

    void apply(DeleteSecretRequest.Builder request) {
        recoveryWindowDays.ifPresentOrElse(
                days -> request.recoveryWindowInDays(days.longValue()), () -> request.forceDeleteWithoutRecovery(true));
    }
}
