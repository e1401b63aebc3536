package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.RunDirectory;
import io.jenkins.plugins.mlops.signing.SignedTask;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes a training's run directory in the workspace, reads which code lies there, and downloads the parent. May be done again
 * as long as the training's body has not begun.
 */
final class PrepareTraining extends SignedTask<PrepareTraining.Prepared> {

    private static final long serialVersionUID = 1L;

    /** Run directories lie here; what lies below {@code .mlops} is no change of the code. */
    private static final String DIRECTORY = ".mlops/jenkins";

    private final String id;
    private final String params;
    private final String model;
    private final String metrics;
    private final ParentFiles parent;
    private final MlflowAccess mlflow;
    private final String boundary;
    private final ArrayList<String> datasets;

    /**
     * @param mlflow where the parent is downloaded from
     * @param boundary the workspace of the build, which the directory that this works in may be a part of
     * @param datasets directories in which datasets lie
     */
    PrepareTraining(
            StartedTraining training,
            WithMlflowStep step,
            @CheckForNull ParentFiles parent,
            MlflowAccess mlflow,
            String boundary,
            List<String> datasets) {
        this.id = training.id;
        this.params = training.params;
        this.model = step.getModel();
        this.metrics = step.getMetrics();
        this.parent = parent;
        this.mlflow = mlflow;
        this.boundary = boundary;
        this.datasets = new ArrayList<>(datasets);
    }

    /** What the controller gets to know. */
    static final class Prepared implements Serializable {

        private static final long serialVersionUID = 1L;

        final TrainingPlace place;
        /** {@link SourceRevision} as JSON; null when the code lies in no Git repository. */
        final String source;
        /** Null without a parent. */
        final String parentDigest;

        Prepared(TrainingPlace place, String source, String parentDigest) {
            this.place = place;
            this.source = source;
            this.parentDigest = parentDigest;
        }
    }

    @Override
    protected Prepared run(Path workspace, @CheckForNull ObjectStore store) throws IOException {
        WorkspaceBounds bounds = new WorkspaceBounds(boundary);
        Path root = bounds.within(workspace, DIRECTORY, "The directory of the training")
                .resolve(id);
        FileTree.delete(root);
        RunDirectory directory = RunDirectory.create(root, "model");
        Files.createDirectory(directory.evaluation());
        Path modelDirectory =
                model == null ? directory.model() : emptyDirectory(bounds.within(workspace, checked(model), "'model'"));
        Path metricsFile = metrics == null
                ? directory.files().metrics()
                : absentFile(bounds.within(workspace, checked(metrics), "'metrics'"));
        Documents.writeJson(directory.params(), Documents.readJson(params, "The parameters", Params.class));
        String parentDigest = null;
        if (parent != null) {
            try (MlflowServer server = mlflow.connect(store)) {
                parentDigest =
                        parent.model().download(server, directory.parent()).toString();
            }
        }
        return new Prepared(
                new TrainingPlace(
                        directory.root().toString(),
                        modelDirectory.toString(),
                        directory.evaluation().toString(),
                        metricsFile.toString(),
                        directory.params().toString(),
                        directory.checkpoints().toString(),
                        parent == null ? null : directory.parent().toString()),
                source(workspace, List.of(modelDirectory, metricsFile)),
                parentDigest);
    }

    private String source(Path workspace, List<Path> outputs) {
        List<Path> noCode = new ArrayList<>(outputs);
        datasets.forEach(dataset -> noCode.add(Path.of(dataset)));
        noCode.add(Path.of(
                workspace + "@tmp")); // Jenkins' own, beside the workspace and beside each directory of the step dir
        Path around = Path.of(boundary);
        return SourceRevision.of(workspace, workspace.startsWith(around) ? around : workspace, noCode)
                .map(Documents::toJson)
                .orElse(null);
    }

    private static String checked(String path) {
        return TreePath.check(path.replace('\\', '/'));
    }

    /** What lies there already might be taken for the training's. */
    private static Path emptyDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> children = Files.list(directory)) {
            if (children.findAny().isPresent()) {
                throw MlopsException.usage(
                        "The model directory " + directory + " holds something already, which could be"
                                + " taken for the new model: delete it before the step, or leave the parameter 'model' out");
            }
        }
        return directory;
    }

    private static Path absentFile(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw MlopsException.usage("The metrics file " + file + " is there already and could be taken for the new"
                    + " model's: delete it before the step, or leave the parameter 'metrics' out");
        }
        return file;
    }
}
