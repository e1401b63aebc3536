package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.training.ClusterSession;
import io.jenkins.plugins.mlops.cli.training.TrainingSummary;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops reproduce}. */
@Command(
        name = "reproduce",
        description = {
            "Do a recorded training again with exactly the same commit, datasets, parameters and seed, and compare.",
            "Exit code 3 when a metric does not agree, 6 when that cannot be told."
        },
        mixinStandardHelpOptions = true)
public final class ReproduceCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(
            paramLabel = "MODEL",
            description = "NAME/VERSION, NAME@ALIAS, or the digest of a model or of a training's record.")
    private String model;

    @Option(
            names = "--compare",
            paramLabel = "MODEL",
            description = "Train nothing: compare with this one, which was trained already.")
    private String other;

    @Mixin
    private RerunOptions rerun;

    @Mixin
    private ClusterSession.Options session;

    @Mixin
    private OutputOptions output;

    ReproduceCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output out = output.output(host);
        RerunJob job = new RerunJob(host, rerun, session, out);
        if (other != null) {
            RunComparison comparison = job.compare(model, other);
            out.result(comparison.text(), comparison);
            return exitCode(comparison);
        }
        RerunPlan plan = job.plan(RerunKind.REPRODUCE, model, null);
        if (rerun.planOnly()) {
            out.result(plan.text(), plan);
            return 0;
        }
        out.note(plan.text());
        TrainingResult result = job.run(plan);
        RunComparison comparison = job.compare(plan, result);
        out.result(TrainingSummary.of(result) + comparison.text(), new RerunDocument(plan, result, comparison));
        return exitCode(comparison);
    }

    private static int exitCode(RunComparison comparison) {
        return switch (comparison.verdict()) {
            case AGREES -> 0;
            case DIFFERS -> MlopsException.Kind.GATE_FAILED.exitCode();
            case UNKNOWN -> MlopsException.Kind.INCONCLUSIVE.exitCode();
        };
    }
}
