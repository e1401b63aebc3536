package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.training.ClusterSession;
import io.jenkins.plugins.mlops.cli.training.LocalSession;
import io.jenkins.plugins.mlops.cli.training.TrainingSummary;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.rerun.InstalledPackages;
import io.jenkins.plugins.mlops.core.rerun.OriginalTraining;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.rerun.Tolerance;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingServices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    @Option(
            names = "--tolerance",
            paramLabel = "[METRIC=]T",
            description =
                    "How far a metric, or all others, may be apart: 0.002, 1%%, or 0.002,1%% for the larger of the two"
                            + " (default: 0.001,1%%). Several times.")
    private List<String> tolerances = new ArrayList<>();

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
        Wanted wanted = Wanted.parse(tolerances);
        RerunJob job = new RerunJob(host, rerun, session, out);
        if (other != null) {
            RunComparison comparison = compare(job, wanted);
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
        RunComparison comparison = compare(plan.record(), result.lineage().digest(), wanted);
        out.result(TrainingSummary.of(result) + comparison.text(), new RerunDocument(plan, result, comparison));
        return exitCode(comparison);
    }

    private RunComparison compare(RerunJob job, Wanted wanted) {
        try (LocalSession opened = session.openLocal(host)) {
            TrainingServices services = opened.services();
            return compare(services, job.find(services, model), job.find(services, other), wanted);
        }
    }

    private RunComparison compare(Digest original, Digest repeated, Wanted wanted) {
        try (LocalSession opened = session.openLocal(host)) {
            TrainingServices services = opened.services();
            return compare(
                    services,
                    OriginalTraining.read(services.lineage(), original),
                    OriginalTraining.read(services.lineage(), repeated),
                    wanted);
        }
    }

    private static RunComparison compare(
            TrainingServices services, OriginalTraining original, OriginalTraining repeated, Wanted wanted) {
        return RunComparison.of(
                original,
                repeated,
                wanted.all,
                wanted.each,
                InstalledPackages.differences(services.tracking(), original, repeated));
    }

    private static int exitCode(RunComparison comparison) {
        return switch (comparison.verdict()) {
            case AGREES -> 0;
            case DIFFERS -> MlopsException.Kind.GATE_FAILED.exitCode();
            case UNKNOWN -> MlopsException.Kind.INCONCLUSIVE.exitCode();
        };
    }

    /** What the user asked for. @param all of metrics that are not named @param each by the metric's name */
    private record Wanted(Tolerance all, Map<String, Tolerance> each) {

        static Wanted parse(List<String> texts) {
            Tolerance all = Tolerance.DEFAULT;
            Map<String, Tolerance> each = new TreeMap<>();
            for (String text : texts) {
                int equals = text.lastIndexOf('=');
                if (equals < 0) {
                    all = Tolerance.parse(text);
                } else {
                    each.put(text.substring(0, equals), Tolerance.parse(text.substring(equals + 1)));
                }
            }
            return new Wanted(all, each);
        }
    }
}
