package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Computer;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Runs what a test button does. The answer is one sentence, and it comes in time: a server can keep silent in more ways than a
 * client's time-outs cover (a slow name service, an answer that drips), so the question is asked on another thread.
 */
final class ServerProbe {

    /** Nobody looks at a button longer. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** How long a server may be silent, so that its silence is told before the limit is. */
    static final Duration SILENCE = Duration.ofSeconds(4);

    /** A test tells what is, and does not wait for it to become better. */
    static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

    /** What a test asks a server. */
    interface Question {
        URI server();

        /** @throws MlopsException whose sentence is the answer */
        FormValidation ask();
    }

    private ServerProbe() {}

    /** @param question made on this thread, so that it has the credentials that it needs */
    @NonNull
    static FormValidation run(Supplier<Question> question) {
        try {
            return answer(question.get());
        } catch (MlopsException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    private static FormValidation answer(Question question) {
        Future<FormValidation> answer = Computer.threadPoolForRemoting.submit(question::ask);
        try {
            return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw MlopsException.unreachable(
                    "What is at " + question.server() + " did not answer within " + LIMIT.toSeconds()
                            + " seconds: check the address, and the network between it and Jenkins",
                    e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw MlopsException.interrupted("Asking " + question.server());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlopsException told) {
                throw told;
            }
            return FormValidation.error(e.getCause(), "Asking " + question.server() + " failed");
        }
    }
}
