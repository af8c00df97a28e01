package io.tokenvault.lifecycle.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenvault.testing.Deployment;
import io.tokenvault.testing.Jobs;
import io.tokenvault.testing.OpenBao;
import io.tokenvault.testing.ServiceProcess;
import io.tokenvault.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys are rotated under two replicas, which never refuse a token of each other for it. */
class KeyringReplicasIT {
    private static final String BOOTSTRAP_KEY = "a-bootstrap-key-of-at-least-32-characters";
    private static final String ROTATE = "/v1/environments/production/keyring/rotate";
    private static final String RETIRE = "/v1/environments/production/keyring/retire";

    @TempDir
    static Path folder;

    private static OpenBao openBao;
    private static ServiceProcess one;
    private static ServiceProcess other;
    private static Deployment atOne;
    private static Deployment atOther;

    @BeforeAll
    static void startBoth() throws IOException {
        openBao = OpenBao.start(folder);
        TestDatabase database = TestDatabase.create();
        one = replica("one", database);
        other = replica("other", database);
        atOne = Deployment.of(one.address(), BOOTSTRAP_KEY);
        atOther = atOne.at(other.address());
    }

    @AfterAll
    static void end() {
        one.close();
        other.close();
        openBao.close();
    }

    private static ServiceProcess replica(String name, TestDatabase database) throws IOException {
        return ServiceProcess.in(Files.createDirectory(folder.resolve(name)))
                .settings("token-vault.bootstrap.key=" + BOOTSTRAP_KEY)
                .secretsIn(openBao)
                .database(database)
                .start();
    }

    @Test
    void tokensOfEachAreGoodAtTheOtherAtEveryMoment() throws Exception {
        String old = token(atOne);
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        AtomicInteger judged = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (List<Deployment> pair : List.of(List.of(atOne, atOther), List.of(atOther, atOne))) {
                callers.execute(() -> {
                    while (!ended.get()) {
                        for (String issued : List.of(token(pair.getFirst()), old)) {
                            judged.incrementAndGet();
                            String verdict = pair.getLast().verdict(issued, "production");
                            if (!verdict.equals("current")) {
                                refused.add(verdict);
                            }
                        }
                    }
                });
            }

            Jobs.succeeded(atOne.admin(), atOne.admin().post(ROTATE, "{}"));
            ended.set(true);
        }

        assertThat(judged).hasPositiveValue();
        assertThat(refused).isEmpty();
    }

    @Test
    void aRetirementIsInForceOnBothWhenTheCallReturns() {
        String old = token(atOther);
        Jobs.succeeded(atOne.admin(), atOne.admin().post(ROTATE, "{}"));
        String fresh = token(atOther);

        var begun = atOne.admin().post(RETIRE, "{}").expect(202);

        assertThat(atOne.verdict(old, "production")).isEqualTo("revoked");
        assertThat(atOther.verdict(old, "production")).isEqualTo("revoked");
        Jobs.succeeded(atOther.admin(), begun);
        assertThat(atOther.verdict(old, "production")).isEqualTo("revoked");
        assertThat(atOther.verdict(fresh, "production")).isEqualTo("current");
    }

    @Test
    void aReplicaThatDiedIsNotWaitedForAndHasTheNewKeysWhenItIsBack() {
        String old = token(atOther);
        other.kill9();

        Jobs.succeeded(atOne.admin(), atOne.admin().post(ROTATE, "{}"));
        String fresh = token(atOne);
        other.restart();

        assertThat(atOther.verdict(old, "production")).isEqualTo("current");
        assertThat(atOther.verdict(fresh, "production")).isEqualTo("current");
        assertThat(atOne.verdict(token(atOther), "production")).isEqualTo("current");
    }

    private static String token(Deployment deployment) {
        return deployment.connect("production", "").text("/token/token");
    }
}
