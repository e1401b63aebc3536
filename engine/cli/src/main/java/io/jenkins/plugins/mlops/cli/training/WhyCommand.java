package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.execution.AttemptFacts;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.ClusterTrainingStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops train why}. */
@Command(
        name = "why",
        description = "Tell why a training on a cluster waits, or how it ended, and where more of it is kept.",
        mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private RunArgument run;

    @Mixin
    private OutputOptions output;

    WhyCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Path directory = run.directory(host);
        ClusterTrainingStatus status = ClusterTraining.status(directory);
        List<String> reasons = new ArrayList<>();
        if (status.execution() != null) {
            explain(status.execution(), ClusterTraining.latest(directory).orElseThrow(), reasons);
        }
        if (status.failure() != null) {
            reasons.add(status.failure());
        }
        if (reasons.isEmpty()) {
            reasons.add(status.stage().isOver() ? "It succeeded" : "It waits for nothing");
        }
        output.output(host).result(String.join("\n", reasons), Map.of("reasons", reasons));
        return 0;
    }

    private static void explain(ExecutionStatus execution, Path directory, List<String> reasons) {
        if (execution.trouble() != null) {
            reasons.add(execution.trouble());
        }
        reasons.addAll(execution.waiting());
        for (AttemptFacts attempt : execution.attempts()) {
            if (attempt.end() != null && !attempt.end().succeeded()) {
                reasons.add("Attempt " + attempt.number() + ": " + attempt.end().sentence() + "; kept in "
                        + Execution.failure(directory, attempt.number()));
            }
        }
    }
}
