package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.console.AnnotatedLargeText;
import hudson.model.AbstractBuild;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.training.TrainingListener;
import io.jenkins.plugins.mlops.step.BuildProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import org.jenkinsci.plugins.workflow.actions.ErrorAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.support.actions.PauseAction;

/**
 * Tells a build of its training: in the log, what the code prints without the credentials that it was given; and on the step's flow
 * node, that it is paused while it waits for the cluster, so that views can tell waiting from working.
 */
final class BuildTrainingListener implements TrainingListener {

    /** What Jenkins itself writes after a restart is far less. */
    private static final int TAIL_BYTES = 64 * 1024;

    private static final int TAIL_LINES = 200;

    private final Run<?, ?> build;
    private final TaskListener log;
    private final FlowNode node;
    private final PrintStream masked;
    private boolean paused;

    /** @param server name of the MLflow server's profile @param secrets to be masked too */
    BuildTrainingListener(Run<?, ?> build, TaskListener log, FlowNode node, String server, KeptSecrets secrets) {
        Charset charset = build.getCharset();
        this.build = build;
        this.log = log;
        this.node = node;
        this.masked = new PrintStream(
                new SecretsFilter(server, charset.name(), secrets)
                        .decorateLogger((AbstractBuild<?, ?>) null, log.getLogger()),
                false,
                charset);
        this.paused = PauseAction.getCurrentPause(node) != null;
    }

    @Override
    public void note(String text) {
        log.getLogger().println(text);
    }

    /** Flushed, since what a killed controller has not written would not be told again. */
    @Override
    public void output(Stage stage, String line) {
        masked.println(line);
        masked.flush();
        log.getLogger().flush();
    }

    /** Whether the line is among the last ones of the build's log. */
    @Override
    public boolean wasTold(String line) {
        try {
            AnnotatedLargeText<?> text = build.getLogText();
            ByteArrayOutputStream tail = new ByteArrayOutputStream();
            if (text.writeRawLogTo(Math.max(0, text.length() - TAIL_BYTES), tail) == 0) {
                return false;
            }
            List<String> lines = tail.toString(build.getCharset()).lines().toList();
            return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()).stream()
                    .anyMatch(told -> told.endsWith(line)); // what is before it may be a time
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void waiting(@CheckForNull String reason) {
        try {
            if (paused) {
                PauseAction.endCurrentPause(node);
                paused = false;
            }
            if (reason != null && node.getAction(ErrorAction.class) == null) {
                node.addAction(new PauseAction(reason));
                paused = true;
            }
        } catch (IOException e) {
            note("The step could not be marked as waiting: " + e.getMessage());
        }
    }

    @Override
    public ProgressListener progress() {
        return BuildProgress.to(log);
    }
}
