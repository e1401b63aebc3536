package io.jenkins.plugins.mlops.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the steps of one build did, in the order in which they did it. Written as JSON, never by XStream.
 *
 * @param schema name and version of the format
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunFacts(
        String schema,
        List<DatasetUse> datasets,
        List<TrainingUse> trainings,
        List<GateUse> gates,
        List<AliasUse> aliases,
        List<EvaluationUse> evaluations,
        List<CheckUse> checks) {

    /** The format that is written. */
    public static final String SCHEMA = "mlops-build/1";

    /** So many numbers of a model are kept in the facts; its evaluation record has all. */
    static final int MAX_METRICS = 500;

    /** Nothing yet. */
    public static final RunFacts NONE =
            new RunFacts(SCHEMA, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public RunFacts {
        datasets = datasets == null ? List.of() : List.copyOf(datasets);
        trainings = trainings == null ? List.of() : List.copyOf(trainings);
        gates = gates == null ? List.of() : List.copyOf(gates);
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        evaluations = evaluations == null ? List.of() : List.copyOf(evaluations);
        checks = checks == null ? List.of() : List.copyOf(checks);
    }

    /** What a dataset was used for. */
    public enum Action {
        RESOLVED,
        PULLED,
        PUBLISHED
    }

    /**
     * A dataset that a step resolved, pulled or published.
     *
     * @param id of the use: the flow node's id, so that a step that works again after a restart replaces what it said before
     * @param role training or evaluation, for a pull; else null
     * @param version the content id; null when only the source id is known
     * @param node where it was pulled to; "" is the built-in node; null when nothing was pulled
     * @param directory the absolute path there
     * @param at ISO 8601
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DatasetUse(
            String id,
            Action action,
            String role,
            String name,
            String version,
            String sourceId,
            String source,
            long files,
            long bytes,
            String node,
            String directory,
            String at,
            boolean partial) {

        /** Of the whole version. */
        public DatasetUse(
                String id,
                Action action,
                String role,
                String name,
                String version,
                String sourceId,
                String source,
                long files,
                long bytes,
                String node,
                String directory,
                String at) {
            this(id, action, role, name, version, sourceId, source, files, bytes, node, directory, at, false);
        }
    }

    /**
     * A run of {@code withMLflow}.
     *
     * @param id the flow node's id
     * @param tag the unique tag by which the MLflow run is found again
     * @param server name of the profile
     * @param runId null until the MLflow server has made it
     * @param status RUNNING, FINISHED, FAILED or KILLED
     * @param modelDigest content id of the model's files; null when there is none
     * @param evaluation name of the evaluation record in the build's {@code mlops} directory, or null
     * @param record digest of the lineage record, or null
     * @param gaps what the lineage record could not say
     * @param at when it was last changed
     * @param image the container image that the code ran in, by digest where it is known; null without one
     * @param metrics the finite overall numbers of its evaluation, at most {@value RunFacts#MAX_METRICS} of them
     * @param pictures what it left to look at
     * @param history name of the file in the build's {@code mlops} directory with what it logged step by step; null without one
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TrainingUse(
            String id,
            String tag,
            String server,
            String experiment,
            String runId,
            String runUrl,
            String status,
            String commit,
            String repository,
            String modelDigest,
            String parent,
            String evaluation,
            String record,
            List<String> gaps,
            String at,
            String image,
            Map<String, Double> metrics,
            List<PictureUse> pictures,
            String history) {
        public TrainingUse {
            gaps = gaps == null ? List.of() : List.copyOf(gaps);
            metrics = numbers(metrics);
            pictures = pictures == null ? List.of() : List.copyOf(pictures);
        }

        /** With what is kept of its run to look at. */
        public TrainingUse keeping(List<PictureUse> kept, String keptHistory) {
            return new TrainingUse(
                    id,
                    tag,
                    server,
                    experiment,
                    runId,
                    runUrl,
                    status,
                    commit,
                    repository,
                    modelDigest,
                    parent,
                    evaluation,
                    record,
                    gaps,
                    at,
                    image,
                    metrics,
                    kept,
                    keptHistory);
        }

        /** Of unknown image, without numbers and pictures. */
        public TrainingUse(
                String id,
                String tag,
                String server,
                String experiment,
                String runId,
                String runUrl,
                String status,
                String commit,
                String repository,
                String modelDigest,
                String parent,
                String evaluation,
                String record,
                List<String> gaps,
                String at) {
            this(
                    id,
                    tag,
                    server,
                    experiment,
                    runId,
                    runUrl,
                    status,
                    commit,
                    repository,
                    modelDigest,
                    parent,
                    evaluation,
                    record,
                    gaps,
                    at,
                    null,
                    null,
                    null,
                    null);
        }
    }

    /**
     * A raster picture that a training left, kept with the build.
     *
     * @param name what the training called the file
     * @param file name in the build's {@code mlops} directory
     * @param type its content type, as its bytes have it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PictureUse(String name, String file, String type, long bytes) {}

    /**
     * A verdict of {@code evaluationGate}.
     *
     * @param id the flow node's id
     * @param name what the pipeline calls the gate, to tell several of one build apart; null when it does not
     * @param verdict pass, fail or inconclusive
     * @param report name of the directory with the reports, in the build's {@code mlops} directory
     * @param digest of {@code gate.json} there
     * @param modelDigest of the candidate; null when unknown
     * @param runId MLflow run of the candidate; null when unknown
     * @param baseline what it was held against, as people say it; null without one
     * @param rules one a rule
     * @param figures name of the file in the build's {@code mlops} directory with what the page draws of candidate and baseline; null
     *     without one
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record GateUse(
            String id,
            String name,
            String verdict,
            String summary,
            String report,
            String digest,
            String modelDigest,
            String runId,
            String baseline,
            List<RuleUse> rules,
            String at,
            String figures) {
        public GateUse {
            rules = rules == null ? List.of() : List.copyOf(rules);
        }

        /** Without figures. */
        public GateUse(
                String id,
                String name,
                String verdict,
                String summary,
                String report,
                String digest,
                String modelDigest,
                String runId,
                String baseline,
                List<RuleUse> rules,
                String at) {
            this(id, name, verdict, summary, report, digest, modelDigest, runId, baseline, rules, at, null);
        }
    }

    /**
     * A rule's verdict; numbers as the report writes them, null where it has none.
     *
     * @param delta value less baseline, with its sign
     * @param interval the ends of a confidence interval and what it is of: {@code change -0.012 to 0.004}
     * @param confidence the interval's level: {@code 95%}
     * @param samples how many samples the value rests on
     * @param direction higher or lower: which way is better
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record RuleUse(
            String metric,
            String slice,
            String value,
            String limit,
            String baseline,
            String verdict,
            String reason,
            String delta,
            String interval,
            String confidence,
            Long samples,
            String direction) {

        /** Without what only newer records have. */
        public RuleUse(
                String metric,
                String slice,
                String value,
                String limit,
                String baseline,
                String verdict,
                String reason) {
            this(metric, slice, value, limit, baseline, verdict, reason, null, null, null, null, null);
        }
    }

    /**
     * A move of an alias.
     *
     * @param action promote or rollback
     * @param previous version that the alias pointed to; 0 for none
     * @param gate digest of the gate report, or null
     * @param approvedBy who approved it, where an approval was asked for; else null, and so are the two that follow
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record AliasUse(
            String id,
            String action,
            String server,
            String model,
            String alias,
            int version,
            int previous,
            String runId,
            String gate,
            String by,
            String reason,
            String at,
            String approvedBy,
            String approvedAt,
            String approvalReason) {

        /** Without an approval. */
        public AliasUse(
                String id,
                String action,
                String server,
                String model,
                String alias,
                int version,
                int previous,
                String runId,
                String gate,
                String by,
                String reason,
                String at) {
            this(id, action, server, model, alias, version, previous, runId, gate, by, reason, at, null, null, null);
        }
    }

    /**
     * An evaluation of {@code evaluateModel}.
     *
     * @param id the flow node's id
     * @param server name of the profile
     * @param evaluationSet content id, else source id, of the set
     * @param champion null when there was none to measure
     * @param pictures what the candidate's evaluation left to look at
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record EvaluationUse(
            String id,
            String server,
            String evaluationSet,
            MeasuredUse candidate,
            MeasuredUse champion,
            String at,
            List<PictureUse> pictures) {
        public EvaluationUse {
            pictures = pictures == null ? List.of() : List.copyOf(pictures);
        }

        /** Without pictures. */
        public EvaluationUse(
                String id,
                String server,
                String evaluationSet,
                MeasuredUse candidate,
                MeasuredUse champion,
                String at) {
            this(id, server, evaluationSet, candidate, champion, at, null);
        }

        /** With what is kept of its run to look at. */
        public EvaluationUse keeping(List<PictureUse> kept) {
            return new EvaluationUse(id, server, evaluationSet, candidate, champion, at, kept);
        }
    }

    /**
     * A model that was measured.
     *
     * @param model {@code models:/NAME/VERSION} or {@code runs:/ID}
     * @param trainingRunId the MLflow run that made it; null when unknown
     * @param runId the MLflow run of the evaluation
     * @param evaluation name of the evaluation record in the build's {@code mlops} directory
     * @param metrics as of a training
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record MeasuredUse(
            String model,
            String modelDigest,
            String trainingRunId,
            String runId,
            String runUrl,
            String evaluation,
            Map<String, Double> metrics) {
        public MeasuredUse {
            metrics = numbers(metrics);
        }

        /** Without its numbers. */
        public MeasuredUse(
                String model,
                String modelDigest,
                String trainingRunId,
                String runId,
                String runUrl,
                String evaluation) {
            this(model, modelDigest, trainingRunId, runId, runUrl, evaluation, null);
        }
    }

    /**
     * A check of {@code checkDataset}.
     *
     * @param id the flow node's id
     * @param verdict pass or fail
     * @param set what was checked, as the pipeline names it
     * @param version its content id; null when it is not known
     * @param against what it was compared with, or null
     * @param files of the set, and so are the three that follow
     * @param labels how the set says what is on its images
     * @param findings one for each thing that was looked for, or was not
     * @param classes the first of them
     * @param classCount how many there are
     * @param report name of the report in the build's {@code mlops} directory
     * @param digest of the report
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record CheckUse(
            String id,
            String verdict,
            String set,
            String version,
            String against,
            long files,
            long bytes,
            long samples,
            long images,
            String labels,
            List<FoundUse> findings,
            List<ClassUse> classes,
            int classCount,
            String report,
            String digest,
            String at) {
        public CheckUse {
            findings = findings == null ? List.of() : List.copyOf(findings);
            classes = classes == null ? List.of() : List.copyOf(classes);
        }
    }

    /**
     * What a check found of one kind.
     *
     * @param check what was looked for, for people
     * @param count null when it was not looked for
     * @param limit how many are allowed; null when it was not looked for
     * @param result ok, allowed, broken or why it was not looked for
     * @param examples the first few, each with what is wrong with it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record FoundUse(String check, Long count, String limit, String result, List<String> examples) {
        public FoundUse {
            examples = examples == null ? List.of() : List.copyOf(examples);
        }
    }

    /** How much there is of a class. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ClassUse(String name, long images, long objects) {}

    /** These facts with a use added, or put in the place of the one with the same id. */
    public RunFacts with(DatasetUse use) {
        return new RunFacts(
                schema, put(datasets, use, use.id(), DatasetUse::id), trainings, gates, aliases, evaluations, checks);
    }

    /** As {@link #with(DatasetUse)}. */
    public RunFacts with(TrainingUse use) {
        return new RunFacts(
                schema, datasets, put(trainings, use, use.id(), TrainingUse::id), gates, aliases, evaluations, checks);
    }

    /** As {@link #with(DatasetUse)}. */
    public RunFacts with(GateUse use) {
        return new RunFacts(
                schema, datasets, trainings, put(gates, use, use.id(), GateUse::id), aliases, evaluations, checks);
    }

    /** As {@link #with(DatasetUse)}. */
    public RunFacts with(AliasUse use) {
        return new RunFacts(
                schema, datasets, trainings, gates, put(aliases, use, use.id(), AliasUse::id), evaluations, checks);
    }

    /** As {@link #with(DatasetUse)}. */
    public RunFacts with(EvaluationUse use) {
        return new RunFacts(
                schema,
                datasets,
                trainings,
                gates,
                aliases,
                put(evaluations, use, use.id(), EvaluationUse::id),
                checks);
    }

    /** As {@link #with(DatasetUse)}. */
    public RunFacts with(CheckUse use) {
        return new RunFacts(
                schema, datasets, trainings, gates, aliases, evaluations, put(checks, use, use.id(), CheckUse::id));
    }

    /** The evaluation that a gate means when it names none; empty when a training came after it. */
    public Optional<EvaluationUse> lastEvaluation() {
        if (evaluations.isEmpty()) {
            return Optional.empty();
        }
        EvaluationUse last = evaluations.get(evaluations.size() - 1);
        return lastTraining()
                        .filter(training -> isAfter(training.at(), last.at()))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(last);
    }

    /** The overall numbers of the model that was evaluated last, else of the one that was trained last; by name. */
    public Map<String, Double> lastMetrics() {
        return lastEvaluation()
                .map(EvaluationUse::candidate)
                .map(MeasuredUse::metrics)
                .filter(metrics -> !metrics.isEmpty())
                .or(() -> lastTraining().map(TrainingUse::metrics))
                .orElse(Map.of());
    }

    private static Map<String, Double> numbers(Map<String, Double> metrics) {
        SortedMap<String, Double> finite = new TreeMap<>();
        if (metrics != null) {
            metrics.forEach((name, value) -> {
                if (value != null && Metrics.isFinite(value) && finite.size() < MAX_METRICS) {
                    finite.put(name, value);
                }
            });
        }
        return Collections.unmodifiableSortedMap(finite);
    }

    /** Of times as they are written, which are all of one form and zone. */
    private static boolean isAfter(String at, String other) {
        return String.valueOf(at).compareTo(String.valueOf(other)) > 0;
    }

    /** The training that later steps mean when they name none. */
    public Optional<TrainingUse> lastTraining() {
        return trainings.isEmpty() ? Optional.empty() : Optional.of(trainings.get(trainings.size() - 1));
    }

    /** The MLflow profile that a step means: the one it names, else that of the last training or evaluation; null for the default. */
    public String mlflowServer(String named) {
        return named != null
                ? named
                : lastEvaluation()
                        .map(EvaluationUse::server)
                        .or(() -> lastTraining().map(TrainingUse::server))
                        .orElse(null);
    }

    private static <T> List<T> put(List<T> uses, T use, String id, Function<T, String> idOf) {
        List<T> changed = new ArrayList<>(uses);
        for (int i = 0; i < changed.size(); i++) {
            if (Objects.equals(idOf.apply(changed.get(i)), id)) {
                changed.set(i, use);
                return changed;
            }
        }
        changed.add(use);
        return changed;
    }
}
