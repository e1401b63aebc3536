package io.jenkins.plugins.mlops.cli.rerun;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.training.ClusterSession;
import io.jenkins.plugins.mlops.cli.training.TrainingSummary;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RunComparison;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops retrain}. */
@Command(
        name = "retrain",
        description = {
            "Do a recorded training again, with the newest dataset or the newest commit, and compare.",
            "Everything else is as it was recorded; --plan shows it."
        },
        mixinStandardHelpOptions = true)
public final class RetrainCommand implements Callable<Integer> {

    private final Host host;

    /** What is to be new. */
    enum Newest {
        DATASET,
        COMMIT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(
            paramLabel = "MODEL",
            description = "NAME/VERSION, NAME@ALIAS, or the digest of a model or of a training's record.")
    private String model;

    @Option(
            names = "--newest",
            paramLabel = "WHAT",
            required = true,
            description =
                    "dataset: the same commit, parameters and seed with the newest version of the training dataset;"
                            + " commit: the same datasets with the newest commit.")
    private Newest newest;

    @Option(
            names = "--rev",
            paramLabel = "REV",
            defaultValue = "HEAD",
            description = "The branch, tag or commit that is the newest one, also of a dataset that DVC tells"
                    + " (default: HEAD of the clone).")
    private String revision;

    @Mixin
    private RerunOptions rerun;

    @Mixin
    private ClusterSession.Options session;

    @Mixin
    private OutputOptions output;

    RetrainCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output out = output.output(host);
        RerunJob job = new RerunJob(host, rerun, session, out);
        RerunPlan plan =
                job.plan(newest == Newest.COMMIT ? RerunKind.RETRAIN_COMMIT : RerunKind.RETRAIN_DATA, model, revision);
        if (rerun.planOnly()) {
            out.result(plan.text(), plan);
            return 0;
        }
        out.note(plan.text());
        TrainingResult result = job.run(plan);
        RunComparison comparison = job.compare(plan, result);
        out.result(TrainingSummary.of(result) + comparison.text(), new RerunDocument(plan, result, comparison));
        return 0;
    }
}
