package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluationStatus;
import io.jenkins.plugins.mlops.core.execution.AttemptFacts;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.execution.PodFacts;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import java.util.Locale;

/** How a training on a cluster stands, as a few lines for people. */
final class ClusterStatusText {

    private final StringBuilder text = new StringBuilder();

    private ClusterStatusText() {}

    static String of(ClusterTrainingStatus status) {
        ClusterStatusText lines = new ClusterStatusText();
        lines.line(status.name(), status.stage().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        lines.line("begun", status.started());
        lines.line("MLflow run", status.runId());
        lines.line("image", status.image());
        if (status.execution() != null) {
            lines.execution(status.execution());
        }
        lines.line("failed", status.failure());
        return lines.text.toString();
    }

    static String of(ClusterEvaluationStatus status) {
        ClusterStatusText lines = new ClusterStatusText();
        lines.line(status.name(), status.stage().name().toLowerCase(Locale.ROOT));
        lines.line("begun", status.started());
        lines.line("model", status.model());
        lines.line("image", status.image());
        if (status.execution() != null) {
            lines.execution(status.execution());
        }
        lines.line("failed", status.failure());
        return lines.text.toString();
    }

    private void execution(ExecutionStatus execution) {
        line(
                "on",
                execution.cluster() + ", namespace " + execution.namespace() + ", " + execution.object() + ", "
                        + execution.phase().name().toLowerCase(Locale.ROOT));
        line("trouble", execution.trouble());
        execution.waiting().forEach(reason -> line("waits", reason));
        line("must run by", execution.queueDeadline());
        line("must end by", execution.runDeadline());
        line("stopping", execution.stopping());
        for (AttemptFacts attempt : execution.attempts()) {
            line(
                    "attempt " + attempt.number(),
                    attempt.end() == null ? "goes on" : attempt.end().sentence());
            for (PodFacts pod : attempt.pods()) {
                line("  rank " + pod.rank(), pod.name() + (pod.node() == null ? "" : " on " + pod.node()));
            }
        }
        if (execution.gpuSeconds() > 0) {
            line("GPU seconds", Math.round(execution.gpuSeconds()));
        }
    }

    private void line(String label, Object value) {
        if (value != null) {
            text.append(String.format(Locale.ROOT, "%-12s %s%n", label, value));
        }
    }
}
