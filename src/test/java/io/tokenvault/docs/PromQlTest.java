package io.tokenvault.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQlTest {

    @Test
    void metricsAndLabelsAreFound() {
        assertThat(PromQl.metricsOf("""
                        histogram_quantile(0.99, sum by (le) (rate(a_bucket{uri=~"/x|\\\\d{2}",le="0.01"}[$__rate_interval])))
                        and on() max(b_total offset 1m) > 14.4 * 0.001 unless c:d == 0
                        """))
                .isEqualTo(Map.of("a_bucket", Set.of("le", "uri"), "b_total", Set.of("le"), "c:d", Set.of("le")));
    }
}
