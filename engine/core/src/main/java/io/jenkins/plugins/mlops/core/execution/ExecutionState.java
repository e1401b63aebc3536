package io.jenkins.plugins.mlops.core.execution;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must outlive the watcher of an execution; no secrets. It is written before the cluster is asked for what it says. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NON_PRIVATE)
final class ExecutionState {

    static final String FILE = "execution.json";

    int format = 1;
    Workload workload;
    String cluster;
    String namespace;
    Phase phase = Phase.CREATING;

    /** When the phase began. */
    Instant since;

    int attempt = 1;

    /** The main object of the attempt; its uid is null until it is known to be there. */
    String apiVersion;

    String kind;
    String name;
    String uid;

    /** Whether it may have been asked for without anybody having seen the answer. */
    boolean unsure;

    Instant begun;

    /** When the attempt's main object was there; null before. */
    Instant created;

    /** When all pods of the attempt ran; null before. */
    Instant running;

    /** Run time of earlier attempts. */
    Duration used = Duration.ZERO;

    int infrastructureRetries;
    int failureRetries;

    /** Keys of the reasons for waiting that were told in this attempt. */
    List<String> told = new ArrayList<>();

    List<String> waiting = new ArrayList<>();
    String trouble;
    Map<String, PodFacts> pods = new TreeMap<>();
    End ending;

    /** Whether the pods were still running when the end was decided. */
    boolean cut;

    /** When removal was asked for; null before. */
    Instant removal;

    List<String> forced = new ArrayList<>();
    Instant retryAt;
    List<AttemptFacts> attempts = new ArrayList<>();
    End end;

    static ExecutionState load(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            throw MlopsException.usage("There is no execution in " + directory);
        }
        ExecutionState state = Documents.read(file, ExecutionState.class);
        if (state.format != 1) {
            throw MlopsException.usage(file + " was written by a later version (format " + state.format + ")");
        }
        return state;
    }

    /** Writes it so that it is there whole, after a loss of power too. Works on an interrupted thread. */
    void save(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        Path fresh = directory.resolve("." + FILE + ".new");
        try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
            out.write(text().getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    String text() {
        try {
            return Documents.json().writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the state of an execution cannot be written", e);
        }
    }

    void enter(Phase next, Instant now) {
        phase = next;
        since = now;
    }

    Workload.Limits limits() {
        return workload.limits();
    }

    Instant queueDeadline() {
        return running != null || limits().queue() == null || begun == null || phase.ordinal() > Phase.ACTIVE.ordinal()
                ? null
                : begun.plus(limits().queue());
    }

    Instant runDeadline() {
        return running == null || limits().run() == null || phase != Phase.ACTIVE
                ? null
                : running.plus(limits().run()).minus(used);
    }

    /** The attempt that goes on, or went on last. */
    AttemptFacts present(Instant now) {
        List<PodFacts> known = new ArrayList<>(pods.values());
        known.sort(java.util.Comparator.comparingInt(PodFacts::rank));
        return new AttemptFacts(attempt, begun, running, null, ending, gpuSeconds(now), known);
    }

    double gpuSeconds(Instant now) {
        long millis = pods.values().stream()
                .mapToLong(pod -> pod.held(now).toMillis())
                .sum();
        return workload.resources().gpus() * millis / 1000.0;
    }

    ExecutionStatus status(String stopping, Instant now) {
        List<AttemptFacts> all = new ArrayList<>(attempts);
        if (all.size() < attempt) {
            all.add(present(now));
        }
        return new ExecutionStatus(
                workload,
                cluster,
                namespace,
                phase,
                attempt,
                kind + " " + name,
                uid,
                waiting,
                queueDeadline(),
                runDeadline(),
                end == null ? stopping : null,
                trouble,
                infrastructureRetries,
                failureRetries,
                all,
                all.stream().mapToDouble(AttemptFacts::gpuSeconds).sum(),
                end);
    }
}
