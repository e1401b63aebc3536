package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.ModelRegistry;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.registry.TrackingServer;
import io.jenkins.plugins.mlops.core.sample.SampleResults;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Baselines from the runs of a tracking server: the run's {@code evaluation/evaluation.json}, else its metrics below
 * {@code eval/}, else all its metrics.
 */
public final class RunBaselines {

    /** The alias of the model in use. */
    public static final String CHAMPION_ALIAS = "champion";

    private static final String DIRECTORY = "evaluation";
    private static final String FILE = "evaluation.json";
    private static final String METRIC_PREFIX = "eval/";
    private static final int SHORT_RUN = 8;

    private final TrackingServer server;
    private final ModelRegistry registry;

    public RunBaselines(TrackingServer server, ModelRegistry registry) {
        this.server = server;
        this.registry = registry;
    }

    /** The numbers of the model that carries the alias {@value #CHAMPION_ALIAS}. */
    Baseline ofChampion(String model) {
        Optional<ModelVersion> version = registry.byAlias(model, CHAMPION_ALIAS);
        if (version.isEmpty()) {
            return new Baseline.None("the model " + PrintableText.of(model) + " has no champion yet");
        }
        ModelVersion champion = version.get();
        String title = PrintableText.of(model) + " version " + champion.version() + ", the champion,";
        if (champion.runId() == null || champion.runId().isBlank()) {
            return new Baseline.Unusable(title + " was registered without a run, so its numbers are not known");
        }
        Optional<TrackedRun> run = server.run(champion.runId());
        if (run.isEmpty()) {
            return new Baseline.Unusable(title + " comes from run " + champion.runId()
                    + ", which the tracking server does not have any more");
        }
        Baseline baseline = read(
                "the champion",
                PrintableText.of(model) + " version " + champion.version() + " (run " + champion.runId() + ")",
                run.get());
        String digest = champion.tags().get(RunTags.MODEL_DIGEST);
        return digest != null
                        && baseline instanceof Baseline.Found found
                        && found.measurement().model() != null
                        && !found.measurement().model().toString().equals(digest)
                ? new Baseline.Unusable(title + " is another model than the one that its run evaluated")
                : baseline;
    }

    /** The numbers of a run. */
    Baseline ofRun(String runId) {
        TrackedRun run = server.run(runId)
                .orElseThrow(() -> MlopsException.usage("A rule compares with run " + PrintableText.of(runId)
                        + ", which " + server.uri() + " does not have"));
        String shortId = runId.length() > SHORT_RUN ? runId.substring(0, SHORT_RUN) : runId;
        return read("run " + PrintableText.of(shortId), "run " + PrintableText.of(runId), run);
    }

    /** The files beside a run's evaluation record, which are fetched when they are opened. */
    public NeighbourFiles besideEvaluation(String runId) {
        return name -> open(runId, name);
    }

    private Baseline read(String name, String origin, TrackedRun run) {
        boolean recorded = server.listArtifacts(run.runId(), DIRECTORY).contains(FILE);
        if (recorded) {
            return evaluation(name, origin, run);
        }
        if (run.tags().containsKey(RunTags.EVALUATION)) {
            return new Baseline.Unusable(origin + " has lost its " + DIRECTORY + "/" + FILE);
        }
        return run.metrics().isEmpty()
                ? new Baseline.Unusable(origin + " has neither an evaluation nor metrics")
                : new Baseline.Found(name, new Measurement(origin, null, null, null, metrics(run.metrics())));
    }

    private Baseline evaluation(String name, String origin, TrackedRun run) {
        Measurement measurement;
        byte[] bytes = server.readArtifact(run.runId(), DIRECTORY + "/" + FILE, (int) InputFile.MAX_BYTES);
        try {
            measurement = Measurement.of(InputFile.of(origin, bytes, besideEvaluation(run.runId())));
        } catch (MlopsException e) {
            if (e.kind() != MlopsException.Kind.USAGE) {
                throw e;
            }
            return new Baseline.Unusable("its evaluation is broken: " + e.getMessage());
        }
        String recorded = run.tags().get(RunTags.EVALUATION);
        return recorded != null
                        && Digest.isDigest(recorded)
                        && !Digest.parse(recorded).equals(measurement.digest())
                ? new Baseline.Unusable("the evaluation of " + origin + " was changed after it was recorded")
                : new Baseline.Found(name, measurement);
    }

    /** A file beside the evaluation, which lies in a temporary directory until it is closed. */
    private InputStream open(String runId, String name) throws IOException {
        if (!server.listArtifacts(runId, DIRECTORY).contains(name)) {
            throw new NoSuchFileException(name);
        }
        Path directory = Files.createTempDirectory("mlops-baseline");
        try {
            server.downloadArtifacts(runId, DIRECTORY + "/" + name, directory, SampleResults.MAX_BYTES);
            return new FilterInputStream(Files.newInputStream(directory.resolve(name))) {
                @Override
                public void close() throws IOException {
                    super.close();
                    FileTree.delete(directory);
                }
            };
        } catch (IOException | RuntimeException e) {
            FileTree.delete(directory);
            throw e;
        }
    }

    private static Metrics metrics(Map<String, Double> logged) {
        SortedMap<String, Double> evaluated = new TreeMap<>();
        logged.forEach((name, value) -> {
            if (name.startsWith(METRIC_PREFIX)) {
                evaluated.put(name.substring(METRIC_PREFIX.length()), value);
            }
        });
        return Metrics.of(evaluated.isEmpty() ? logged : evaluated);
    }
}
