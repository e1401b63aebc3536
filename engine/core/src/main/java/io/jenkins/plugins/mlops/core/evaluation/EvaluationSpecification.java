package io.jenkins.plugins.mlops.core.evaluation;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.training.CommandChecks;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification.Deadlines;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification.Resources;
import io.jenkins.plugins.mlops.core.training.WorkloadRequest;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How models are measured, and on what: the file that {@code docs/evaluation.md} describes and {@code evaluation.schema.json} beside
 * this class defines. Made by {@link #read}, which makes paths in it absolute.
 *
 * @param name 1 to 100 printable characters
 * @param experiment the MLflow experiment of the evaluations' runs; default: the name
 * @param command program and arguments, run without a shell
 * @param directory where the command runs; in the file relative to the file, default: where the file is
 * @param environment further variables for the command
 * @param params never null
 * @param seed what the command should seed its random numbers with; null for none
 * @param dataset the evaluation set; null when it is given at the start
 * @param deadline longest time of the command for one model; null for no limit
 * @param queueDeadline longest wait for a place to run, for one model; null for no limit
 * @param image container image, for backends that run one; null for none
 * @param resources what the command needs; never null
 * @param kubernetes what only a cluster reads; never null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationSpecification(
        @JsonProperty(required = true) String name,
        String experiment,
        @JsonProperty(required = true) List<String> command,
        String directory,
        Map<String, String> environment,
        Params params,
        Long seed,
        DatasetReference dataset,
        TimeLimit deadline,
        TimeLimit queueDeadline,
        String image,
        Resources resources,
        WorkloadOptions kubernetes) {

    private static final int MAX_NAME = 100;

    public EvaluationSpecification {
        if (name == null
                || name.isBlank()
                || name.length() > MAX_NAME
                || name.chars().anyMatch(Character::isISOControl)) {
            throw MlopsException.usage("name is refused: 1 to " + MAX_NAME + " printable characters are wanted");
        }
        experiment = experiment == null ? name : experiment;
        if (experiment.isBlank() || experiment.chars().anyMatch(Character::isISOControl)) {
            throw MlopsException.usage("experiment is refused: printable characters are wanted");
        }
        command = CommandChecks.command("command", command);
        environment = environment == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(environment));
        environment.forEach(CommandChecks::variable);
        params = params == null ? Params.NONE : params.requireNoSeed();
        resources = resources == null ? new Resources(null, null, null, null, null) : resources;
        kubernetes = kubernetes == null ? WorkloadOptions.NONE : kubernetes;
        if (image != null) {
            ImageReference.parse(image);
        }
    }

    /**
     * Reads a specification.
     *
     * @throws MlopsException of kind USAGE that names file, line and column
     */
    public static EvaluationSpecification read(Path file) {
        Path base = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file has a directory");
        EvaluationSpecification read = Documents.read(file, EvaluationSpecification.class);
        try {
            return new EvaluationSpecification(
                    read.name,
                    read.experiment,
                    read.command,
                    (read.directory == null
                                    ? base
                                    : base.resolve(read.directory).normalize())
                            .toString(),
                    read.environment,
                    read.params,
                    read.seed,
                    read.dataset == null ? null : read.dataset.relativeTo(base),
                    read.deadline,
                    read.queueDeadline,
                    read.image,
                    read.resources,
                    read.kubernetes);
        } catch (InvalidPathException e) {
            throw MlopsException.usage(file + ": directory '" + read.directory + "' is no path", e);
        }
    }

    /** This with what was given at the start; null changes nothing. */
    public EvaluationSpecification with(DatasetReference otherDataset, Long otherSeed) {
        return new EvaluationSpecification(
                name,
                experiment,
                command,
                directory,
                environment,
                params,
                otherSeed == null ? seed : otherSeed,
                otherDataset == null ? dataset : otherDataset,
                deadline,
                queueDeadline,
                image,
                resources,
                kubernetes);
    }

    /** This with another image; null changes nothing. */
    public EvaluationSpecification withImage(String otherImage) {
        return new EvaluationSpecification(
                name,
                experiment,
                command,
                directory,
                environment,
                params,
                seed,
                dataset,
                deadline,
                queueDeadline,
                otherImage == null ? image : otherImage,
                resources,
                kubernetes);
    }

    /** What it wants of a cluster, for one model. */
    WorkloadRequest request() {
        return new WorkloadRequest(
                name, image, command, 1, resources, new Deadlines(queueDeadline, deadline), kubernetes, 0);
    }

    /** Where the command runs, absolute. */
    @JsonIgnore
    public Path workingDirectory() {
        return Path.of(directory);
    }
}
