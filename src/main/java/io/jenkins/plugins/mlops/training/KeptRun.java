package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.lineage.RunFacts.PictureUse;
import io.jenkins.plugins.mlops.lineage.RunGallery;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps with a build what its recorded runs have to look at. It takes its time on the controller, on a thread of the step's own, and
 * fails no build: whatever cannot be kept is told in the log. May be done again.
 */
final class KeptRun {

    private static final Logger LOGGER = Logger.getLogger(KeptRun.class.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final RetryPolicy RETRY = new RetryPolicy(2, Duration.ofMillis(250), Duration.ofSeconds(1));

    private final Run<?, ?> build;
    private final String useId;
    private final String server;
    private final Consumer<String> log;

    /** @param server name of the MLflow server's profile */
    KeptRun(Run<?, ?> build, String useId, String server, Consumer<String> log) {
        this.build = build;
        this.useId = useId;
        this.server = server;
        this.log = log;
    }

    /** Puts what is kept into the facts. */
    private interface Keeping {
        RunFacts change(RunFacts facts, List<PictureUse> pictures, @CheckForNull String history);
    }

    void ofTraining(String runId) {
        keep(
                runId,
                true,
                (facts, pictures, history) -> facts.trainings().stream()
                        .filter(use -> useId.equals(use.id()))
                        .findFirst()
                        .map(use -> facts.with(use.keeping(pictures, history)))
                        .orElse(facts));
    }

    void ofEvaluation(String runId) {
        keep(
                runId,
                false,
                (facts, pictures, history) -> facts.evaluations().stream()
                        .filter(use -> useId.equals(use.id()))
                        .findFirst()
                        .map(use -> facts.with(use.keeping(pictures)))
                        .orElse(facts));
    }

    private void keep(String runId, boolean withHistory, Keeping keeping) {
        attempt(() -> {
            MlflowProfile profile = JobPolicy.of(build).mlflowServer(server);
            try (MlflowServer mlflow = MlflowServer.connect(
                    profile.settings(build), profile.artifactStoreSettings(build), RETRY, ANSWER)) {
                TrackedRun run = mlflow.run(runId).orElse(null);
                if (run != null) {
                    keep(mlflow, run, withHistory, keeping);
                }
            }
        });
    }

    private void keep(MlflowServer mlflow, TrackedRun run, boolean withHistory, Keeping keeping) {
        BuildLineage lineage = BuildLineage.of(build);
        RunGallery gallery = new RunGallery(mlflow, run, lineage.directory(), useId, PATIENCE);
        attempt(() -> {
            // Whoever made the experiment chose the place, which the keys of Jenkins open.
            if (S3Uri.isS3(run.artifactUri())) {
                JobPolicy.of(build).checkLocation(S3Uri.parse(run.artifactUri()));
            }
            gallery.collectPictures();
        });
        if (withHistory) {
            attempt(gallery::collectHistory);
        }
        gallery.notes().forEach(note -> log.accept("Not kept with the build: " + note));
        if (!gallery.pictures().isEmpty() || gallery.history() != null) {
            lineage.update(facts -> keeping.change(facts, gallery.pictures(), gallery.history()));
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void attempt(Work work) {
        try {
            work.run();
        } catch (MlopsException e) {
            if (e.kind() == MlopsException.Kind.INTERRUPTED) {
                throw e;
            }
            log.accept("Pictures or histories of the run are not kept with the build: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "What there is to look at is not kept with " + build);
            log.accept("Pictures or histories of the run are not kept with the build: " + e);
        }
    }
}
