package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.execution.AttemptFacts;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Optional<ExecutionStatus> execution = ClusterRuns.execution(directory);
        String failure = ClusterRuns.failure(directory);
        List<String> reasons = new ArrayList<>();
        if (execution.isPresent()) {
            explain(execution.get(), ClusterRuns.latest(directory).orElseThrow(), reasons);
        }
        if (failure != null) {
            reasons.add(failure);
        }
        if (reasons.isEmpty()) {
            reasons.add(ClusterRuns.isOver(directory) ? "It succeeded" : "It waits for nothing");
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
