package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.evaluation.EvaluationSummary;
import io.jenkins.plugins.mlops.core.evaluation.ClusterEvaluation;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.ClusterTraining;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops train resume}. */
@Command(
        name = "resume",
        description = "Go on with a training or evaluation on a cluster whose watcher is gone, where it stands by now.",
        mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private RunArgument run;

    @Mixin
    private ClusterSession.Options session;

    @Mixin
    private OutputOptions output;

    ResumeCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Path directory = run.directory(host);
        Output out = output.output(host);
        try (ClusterSession opened = session.open(host, directory);
                TrainingPrinter printer = new TrainingPrinter(out)) {
            if (ClusterRuns.isEvaluation(directory)) {
                evaluation(directory, opened.services(), printer, out);
            } else {
                training(directory, opened.services(), printer, out);
            }
            return 0;
        }
    }

    private static void training(Path directory, ClusterServices services, TrainingPrinter printer, Output out) {
        try (ClusterTraining training = ClusterTraining.open(directory, services)) {
            new ClusterDriver(training, "training", services, printer, out).toEnd();
            TrainingResult result = training.result().orElseThrow();
            out.result(TrainingSummary.of(result), result);
        }
    }

    private static void evaluation(Path directory, ClusterServices services, TrainingPrinter printer, Output out) {
        try (ClusterEvaluation evaluation = ClusterEvaluation.open(directory, services)) {
            new ClusterDriver(evaluation, "evaluation", services, printer, out).toEnd();
            EvaluationResult result = evaluation.result().orElseThrow();
            out.result(EvaluationSummary.of(result), result);
        }
    }
}
