package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.execution.AttemptFacts;
import io.jenkins.plugins.mlops.core.execution.Execution;
import io.jenkins.plugins.mlops.core.execution.ExecutionContext;
import io.jenkins.plugins.mlops.core.execution.ExecutionListener;
import io.jenkins.plugins.mlops.core.execution.ExecutionStatus;
import io.jenkins.plugins.mlops.core.execution.Next;
import io.jenkins.plugins.mlops.core.execution.PodFacts;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.pod.FetchedOutputs;
import io.jenkins.plugins.mlops.core.pod.Kept;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.source.SourceFiles;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The executions of one run directory, one at a time, and what their pods have left: what trainings and evaluations on a cluster have in
 * common. Not thread-safe.
 */
public final class ClusterExecutions implements AutoCloseable {

    private static final String FETCH_CACHE = ".fetched";

    private final Path directory;
    private final ClusterServices services;
    private Execution execution;

    /** @param directory of the run */
    public ClusterExecutions(Path directory, ClusterServices services) {
        this.directory = directory;
        this.services = services;
    }

    /**
     * What is to run.
     *
     * @param title what sentences call it, such as "Training"
     * @param name of its directory
     * @param secrets values of all secret variables of its pods
     */
    public record Work(Workload workload, String title, String name, Map<String, String> secrets) {
        @Override
        public String toString() {
            return title + " as " + workload.name();
        }
    }

    /** It was asked to stop, and did. */
    public static final class StoppedException extends MlopsException {
        private static final long serialVersionUID = 1L;

        StoppedException(String message) {
            super(Kind.FAILED, message);
        }
    }

    /** A request to stop, beside the state of the run, since whoever asks is not who drives. */
    private record StopFile(String reason) {
        static final String NAME = "stop.json";
    }

    /** Where an execution has its files. */
    public static Path place(Path directory, String name) {
        return directory.resolve("executions").resolve(name);
    }

    /**
     * Gives an image its digest.
     *
     * @return the reference by digest
     */
    public static String pinned(String image, ClusterServices services, TrainingListener listener) {
        ImageReference asked = ImageReference.parse(image);
        if (asked.digest() != null) {
            return image;
        }
        ImageReference found = services.pin().apply(asked);
        listener.note("Image " + image + " is " + found.digest());
        return found.toString();
    }

    /**
     * Brings the code to where the pods can get it, as {@code exported} or Git says what of its directory is code.
     *
     * @param to S3 prefix, ends with a slash
     * @return the manifest's address
     */
    public String uploadCode(Path code, boolean exported, S3Uri to, TrainingListener listener) throws IOException {
        listener.note("Uploading the code in " + code);
        return CodeUpload.upload(
                        code,
                        exported ? SourceFiles.all(code) : SourceFiles.below(code),
                        services.store(),
                        to,
                        directory.resolve(".code"))
                .toString();
    }

    /** Asks for the run to be stopped, whoever drives it, now or later. @param names of its executions */
    public static void stop(Path directory, List<String> names, String reason) throws IOException {
        Documents.writeAtomically(directory.resolve(StopFile.NAME), Documents.toJson(new StopFile(reason)));
        for (String name : names) {
            if (Execution.isIn(place(directory, name))) {
                Execution.stop(place(directory, name), reason);
            }
        }
    }

    /** Why the run is to stop; empty when nobody asked. */
    public Optional<String> stopRequest() {
        Path file = directory.resolve(StopFile.NAME);
        return Files.exists(file)
                ? Optional.of(Documents.read(file, StopFile.class).reason())
                : Optional.empty();
    }

    /** @throws StoppedException when somebody asked. @param what such as "The training" */
    public void stopIfAsked(String what) {
        stopRequest().ifPresent(reason -> {
            throw new StoppedException(what + " was stopped: " + reason);
        });
    }

    /**
     * Does what is due of an execution, beginning with its creation.
     *
     * @return when to come again; empty once it has succeeded
     * @throws MlopsException that says how it ended otherwise; {@link StoppedException} when it was asked to
     */
    public Optional<Duration> follow(Work work, TrainingListener listener) {
        if (execution == null) {
            execution = open(work, listener);
        }
        Next next = execution.step(new Narrator(work.workload().identity().role(), listener));
        if (!next.isDone()) {
            return Optional.of(next.after());
        }
        close();
        End end = next.end();
        if (!end.succeeded()) {
            throw ended(work, end);
        }
        return Optional.empty();
    }

    private Execution open(Work work, TrainingListener listener) {
        Path place = place(directory, work.name());
        ExecutionContext context =
                ExecutionContext.of(services.cluster(), services.watch(), services.facts(), work.secrets());
        Execution opened;
        if (Execution.isIn(place)) {
            opened = Execution.open(place, context);
        } else {
            listener.note(work.title() + " on cluster " + services.cluster().name() + ", namespace "
                    + services.cluster().namespace() + ", as " + work.workload().name());
            opened = Execution.start(place, work.workload(), context);
        }
        // Whoever asked may have done so before there was an execution to ask, and the watcher of then may have been
        // killed.
        stopRequest().ifPresent(opened::stop);
        return opened;
    }

    private MlopsException ended(Work work, End end) {
        String message = work.title() + ": " + end.sentence() + "; logs are in "
                + place(directory, work.name()).resolve("logs");
        return switch (end.cause()) {
            case STOPPED -> new StoppedException(message);
            case REFUSED -> MlopsException.refused(message);
            default -> MlopsException.failed(message);
        };
    }

    /** Brings the outputs of rank 0; a directory that is there was brought by an earlier try. */
    public void fetch(Work work, Path into, TrainingListener listener) throws IOException {
        PodPlan.Keep keep = work.workload().plan().keep();
        int attempt = status(work.name()).attempt();
        Kept kept = FetchedOutputs.find(services.store(), keep, attempt, 0)
                .orElseThrow(() -> MlopsException.failed(work.title() + " succeeded, but its outputs are not at "
                        + keep.outputsUri() + ": look at the log of the container 'keep', and whether its keys may"
                        + " write there"));
        Path fetching = directory.resolve(".fetching");
        FileTree.delete(fetching); // of a process that was killed
        Datasets datasets = new Datasets(
                services.store(),
                DatasetCache.at(directory.resolve(FETCH_CACHE)),
                services.training().withdrawals());
        PullOptions copies = new PullOptions(
                PullOptions.DEFAULT.jobs(), PullOptions.Placement.COPY, PullOptions.DEFAULT.selection(), false);
        FetchedOutputs.fetch(
                kept,
                keep,
                attempt,
                0,
                fetching,
                (manifest, place, progress) -> datasets.pull(manifest, place, copies, progress),
                listener.progress());
        FileTree.delete(fetching.resolve(".mlops"));
        FileTree.delete(into);
        Files.createDirectories(Objects.requireNonNull(into.getParent(), "it lies in the run directory"));
        Files.move(fetching, into, StandardCopyOption.ATOMIC_MOVE);
        FileTree.delete(directory.resolve(FETCH_CACHE));
    }

    /** Removes what only a run that goes on needs from its directory. */
    public static void clear(Path directory) throws IOException {
        FileTree.delete(directory.resolve(FETCH_CACHE));
    }

    /**
     * A version as the pods had it, with the content id that a prefix has only then; its manifest is kept.
     *
     * @param into of the plan
     */
    public DatasetVersion supplied(Workload workload, String into, DatasetVersion resolved) {
        Optional<Manifest> brought =
                FetchedOutputs.supplied(services.store(), workload.plan().keep(), into);
        brought.ifPresent(services.training().lineage()::keepManifest);
        return brought.map(Manifest::version).orElse(resolved);
    }

    /** How an execution stands or ended. */
    public ExecutionStatus status(String name) {
        return Execution.status(place(directory, name));
    }

    /** The pods of an execution's last attempt: of the one that succeeded, when one did. */
    public List<PodFacts> pods(String name) {
        List<AttemptFacts> attempts = status(name).attempts();
        return attempts.isEmpty()
                ? List.of()
                : attempts.get(attempts.size() - 1).pods();
    }

    /** The image that rank 0 of the last attempt really ran, by digest; empty when the node did not say. */
    public Optional<String> imageThatRan(String name) {
        return pods(name).stream()
                .filter(pod -> pod.rank() == 0)
                .map(PodFacts::image)
                .filter(image -> image != null && image.contains("@"))
                .reduce((first, last) -> last);
    }

    /** Lets go of the execution that is open; what runs in the cluster goes on. */
    @Override
    public void close() {
        if (execution != null) {
            execution.close();
            execution = null;
        }
    }

    /** Tells a listener of an execution. */
    private record Narrator(Workload.Role role, TrainingListener listener) implements ExecutionListener {
        @Override
        public void note(String text) {
            listener.note(text);
        }

        @Override
        public void output(long number, String line) {
            listener.output(
                    role == Workload.Role.EVALUATION
                            ? TrainingListener.Stage.EVALUATION
                            : TrainingListener.Stage.TRAINING,
                    line);
        }

        @Override
        public boolean wasTold(String line) {
            return listener.wasTold(line);
        }

        @Override
        public void waiting(String reason) {
            listener.waiting(reason);
        }
    }
}
