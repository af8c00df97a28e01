package io.tokenvault.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthzTargetTest {

    @Test
    void theFirstSegmentIsTheEnvironment() {
        assertThat(AuthzTarget.parse("/authz/production")).contains(new AuthzTarget("production", Set.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/authz/production/",
                "/authz/production/orders",
                "/authz/production/orders?scope=raw:read&scope=x&y",
                "/authz/production/orders/scope=raw:read/x",
                "/authz/production//a%20b;c=d"
            })
    void theRestIsThePathOfTheGatewaysClient(String target) {
        assertThat(AuthzTarget.parse(target)).contains(new AuthzTarget("production", Set.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/authz/production?scope=a:read+b:read",
                "/authz/production?scope=a:read%20b:read",
                "/authz/production?scope=a%3Aread+b%3aread",
                "/authz/production/scope=a:read,b:read",
                "/authz/production/scope=a:read,b:read/",
                "/authz/production/scope=a:read,b:read/orders?x=1",
                "/authz/production/scope=a:read,b:read/scope=c"
            })
    void scopesComeFromTheOperatorOfTheGateway(String target) {
        assertThat(AuthzTarget.parse(target)).contains(new AuthzTarget("production", Set.of("a:read", "b:read")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/authz/production/../sandbox",
                "/authz/production/%2e%2E/sandbox",
                "/authz/production/.%2e/x",
                "/authz/production/.",
                "/authz/../authz/production",
                "/authz/production/a%2fb",
                "/authz/production/a%2Fb",
                "/authz/production/a%5cb",
                "/authz/production/a\\b",
                "/authz/production/%zz",
                "/authz/production/%",
                "/authz/production/a%00b",
                "/authz/production?scope=a&scope=b",
                "/authz/production?scope=a&x=1",
                "/authz/production?x=1",
                "/authz/production?scope=",
                "/authz/production?scope=a++b",
                "/authz/production?",
                "/authz/production?scope=a%",
                "/authz/production/scope=",
                "/authz/production/scope=a,,b",
                "/authz/production/scope=a%22b"
            })
    void whatCanBeReadInTwoWaysIsRefused(String target) {
        assertThat(AuthzTarget.parse(target)).isEmpty();
    }
}
