package io.jenkins.plugins.mlops.core.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy.Transient;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private final RetryPolicy policy = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
    private final AtomicInteger tries = new AtomicInteger();

    @Test
    void whatFailsInPassingIsTriedAgain() throws IOException {
        String result = policy.run("reading", () -> {
            if (tries.incrementAndGet() < 3) {
                throw new Transient("reset", null);
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(tries).hasValue(3);
    }

    @Test
    void theLastFailureIsTold() {
        assertThatThrownBy(() -> policy.run("reading", () -> {
                    throw new Transient("reset " + tries.incrementAndGet(), null);
                }))
                .isInstanceOf(Transient.class)
                .hasMessage("reset 3");
    }

    @Test
    void whatFailsForGoodIsNotTriedAgain() {
        assertThatThrownBy(() -> policy.run("reading", () -> {
                    tries.incrementAndGet();
                    throw new IOException("forbidden");
                }))
                .hasMessage("forbidden");
        assertThat(tries).hasValue(1);
    }

    @Test
    void aPauseOfHoursIsNotWaitedFor() {
        assertThatThrownBy(() -> policy.run("reading", () -> {
                    tries.incrementAndGet();
                    throw new Transient("busy", null, Duration.ofHours(1));
                }))
                .hasMessage("busy");
        assertThat(tries).hasValue(1);
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> policy.run("reading", () -> {
                    throw new Transient("reset", null);
                }))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.INTERRUPTED));
        assertThat(Thread.interrupted()).isTrue();
    }
}
