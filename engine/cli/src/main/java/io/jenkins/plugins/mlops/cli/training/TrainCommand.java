package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.OwnDirectory;
import io.jenkins.plugins.mlops.cli.Subcommands;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops train}: trains, evaluates and records one model. */
@Command(
        name = "train",
        description = {
            "Train, evaluate and record one model, as a specification says.",
            "What the commands print goes to standard error, each line behind '  | '."
        },
        mixinStandardHelpOptions = true)
@Subcommands({
    StatusCommand.class,
    LogsCommand.class,
    WhyCommand.class,
    StopCommand.class,
    ResumeCommand.class,
    SweepCommand.class
})
public final class TrainCommand implements Callable<Integer> {

    private static final String TRAINING = "training";
    private static final String EVALUATION = "evaluation";

    private final Host host;

    @Parameters(paramLabel = "SPEC", arity = "0..1", description = "The training's specification, YAML or JSON.")
    private Path specificationFile;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "process",
            description = "Where the commands run: process (default), or kubernetes.")
    private Backend backend;

    @Option(
            names = "--dataset",
            paramLabel = "NAME=REF",
            description = "The dataset for 'training' or 'evaluation': a manifest (a file, or an s3:// URL that ends in"
                    + " .json) or s3://bucket/prefix; wins over the specification.")
    private Map<String, String> datasets = new LinkedHashMap<>();

    @Option(
            names = "--parent",
            paramLabel = "MODEL",
            description = "The model to start from: models:/NAME@ALIAS or models:/NAME/VERSION.")
    private String parent;

    @Option(names = "--seed", paramLabel = "N", description = "What to seed random numbers with.")
    private Long seed;

    @Option(
            names = "--param",
            paramLabel = "K=V",
            description = "Sets a parameter; V is read as YAML, dots in K lead to nested ones.")
    private Map<String, String> params = new LinkedHashMap<>();

    @Option(names = "--image", paramLabel = "IMAGE", description = "The container image; for --backend kubernetes.")
    private String image;

    @Option(names = "--gpus", paramLabel = "N", description = "GPUs of each node; for --backend kubernetes.")
    private Integer gpus;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            description = "How many nodes train together; for --backend kubernetes.")
    private Integer nodes;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            description = "A fresh directory for all that the training makes (default: .mlops/runs/<uuid>).")
    private Path runDirectory;

    @Mixin
    private ClusterSession.Options session;

    @Mixin
    private OutputOptions output;

    TrainCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        if (specificationFile == null) {
            throw MlopsException.usage("No specification is named: give one, or a command ('mlops train --help')");
        }
        TrainingSpecification specification = TrainingSpecification.read(host.resolve(specificationFile))
                .with(overrides())
                .with(new TrainingSpecification.Size(image, gpus, null, nodes, null, null))
                .requiring(TrainingDriver.required(host));
        UUID id = UUID.randomUUID();
        Path directory = runDirectory == null ? OwnDirectory.of(host, "runs", id) : host.resolve(runDirectory);
        Output out = output.output(host);
        TrainingResult result = new TrainingDriver(host, session, out).run(backend, specification, null, id, directory);
        out.result(TrainingSummary.of(result), result);
        return 0;
    }

    private TrainingSpecification.Overrides overrides() {
        Map<String, Object> values = new LinkedHashMap<>();
        params.forEach((name, text) ->
                values.put(name, text.isBlank() ? text : Documents.readYaml(text, "--param " + name, Object.class)));
        DatasetReference training = dataset(TRAINING);
        DatasetReference evaluation = dataset(EVALUATION);
        for (String name : datasets.keySet()) {
            if (!name.equals(TRAINING) && !name.equals(EVALUATION)) {
                throw MlopsException.usage("--dataset " + name + "=... names no dataset of a training: '" + TRAINING
                        + "' and '" + EVALUATION + "' are possible");
            }
        }
        return new TrainingSpecification.Overrides(
                training, evaluation, parent == null ? null : ModelReference.parse(parent), seed, values);
    }

    private DatasetReference dataset(String name) {
        String reference = datasets.get(name);
        return reference == null ? null : DatasetReference.parse(reference).relativeTo(host.directory());
    }
}
