package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What to train, with what, and how to measure it: the file that {@code docs/training.md} describes and
 * {@code training.schema.json} beside this class defines. Made by {@link #read}, which makes paths in it absolute. A key's
 * Java value is null when it is absent and has no default.
 *
 * @param name 1 to 100 characters, the MLflow run's name
 * @param experiment the MLflow experiment; default: the name
 * @param command program and arguments, run without a shell; null only with an image
 * @param directory where the commands run; in the file relative to the file, default: where the file is
 * @param environment further variables for the commands
 * @param params never null
 * @param seed what the code should seed its random numbers with
 * @param datasets what it learns from; never null
 * @param require what must be true of the datasets; never null
 * @param parent the model that the training starts from
 * @param evaluation how the model is measured
 * @param outputs never null
 * @param deadlines never null
 * @param retries how often a failed command is run again, 0 to 20
 * @param image container image, for backends that run one
 * @param resources what one node needs; never null
 * @param nodes 1 or more
 * @param kubernetes what only a cluster reads; never null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingSpecification(
        @JsonProperty(required = true) String name,
        String experiment,
        List<String> command,
        String directory,
        Map<String, String> environment,
        Params params,
        Long seed,
        Datasets datasets,
        Requirements require,
        ModelReference parent,
        Evaluation evaluation,
        Outputs outputs,
        Deadlines deadlines,
        Integer retries,
        String image,
        Resources resources,
        Integer nodes,
        WorkloadOptions kubernetes) {

    private static final int MAX_NAME = 100;
    private static final int MAX_RETRIES = 20;
    private static final int MAX_NODES = 10_000;

    /** What the model learns from. @param training null for none */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Datasets(DatasetReference training) {}

    /** What must be true of the datasets. @param anonymised whether their cards must say that they are anonymised */
    public record Requirements(boolean anonymised) {
        public static final Requirements NONE = new Requirements(false);
    }

    /**
     * How the model is measured.
     *
     * @param command program and arguments
     * @param dataset what it is measured on; may also be given when the training is started
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Evaluation(@JsonProperty(required = true) List<String> command, DatasetReference dataset) {
        public Evaluation {
            command = CommandChecks.command("evaluation.command", command);
        }
    }

    /** What the training leaves. @param model the model's directory below MLOPS_OUTPUT_DIR, default {@code model} */
    public record Outputs(String model) {
        public Outputs {
            model = TreePath.check(model == null ? "model" : model);
        }
    }

    /**
     * Limits of time.
     *
     * @param queue wait for a place to run, null for no limit
     * @param run time of the training command, all tries together, and of the evaluation command; null for no limit
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Deadlines(TimeLimit queue, TimeLimit run) {}

    /**
     * What one node needs. Amounts are Kubernetes quantities.
     *
     * @param gpus 0 to 64, default 0
     * @param gpuResource the GPU's resource name, such as {@code nvidia.com/mig-1g.5gb}
     * @param shm size of /dev/shm
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Resources(Integer gpus, String gpuResource, String cpu, String memory, String shm) {
        private static final int MAX_GPUS = 64;
        private static final Pattern QUANTITY = Pattern.compile("[0-9]+(\\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?");
        private static final Pattern RESOURCE_NAME = Pattern.compile("[a-z0-9.-]{1,253}/[A-Za-z0-9._-]{1,63}");

        public Resources {
            gpus = range("resources.gpus", gpus, 0, 0, MAX_GPUS);
            quantity("cpu", cpu);
            quantity("memory", memory);
            quantity("shm", shm);
            if (gpuResource != null && !RESOURCE_NAME.matcher(gpuResource).matches()) {
                throw MlopsException.usage("resources.gpuResource '" + gpuResource
                        + "' is no Kubernetes resource name: one like nvidia.com/gpu is wanted");
            }
        }

        private static void quantity(String key, String value) {
            if (value != null && !QUANTITY.matcher(value).matches()) {
                throw MlopsException.usage("resources." + key + " '" + value
                        + "' is no Kubernetes quantity: a number like 4, 500m or 16Gi is wanted");
            }
        }
    }

    /** What is given when a training is started, and wins over the file; a null field changes nothing. */
    public record Overrides(
            DatasetReference training,
            DatasetReference evaluation,
            ModelReference parent,
            Long seed,
            Map<String, Object> params) {
        public static final Overrides NONE = new Overrides(null, null, null, null, Map.of());
    }

    /** How large a training is made, and of which image, when it is started; a null field changes nothing. */
    public record Size(String image, Integer gpus, String gpuResource, Integer nodes, String cpu, String memory) {}

    public TrainingSpecification {
        if (name == null || name.isBlank() || name.length() > MAX_NAME || hasControl(name)) {
            throw MlopsException.usage("name is refused: 1 to " + MAX_NAME + " printable characters are wanted");
        }
        experiment = experiment == null ? name : experiment;
        if (experiment.isBlank() || hasControl(experiment)) {
            throw MlopsException.usage("experiment is refused: printable characters are wanted");
        }
        command = command == null ? null : CommandChecks.command("command", command);
        environment = environment == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(environment));
        environment.forEach(CommandChecks::variable);
        params = params == null ? Params.NONE : params.requireNoSeed();
        datasets = datasets == null ? new Datasets(null) : datasets;
        require = require == null ? Requirements.NONE : require;
        outputs = outputs == null ? new Outputs(null) : outputs;
        deadlines = deadlines == null ? new Deadlines(null, null) : deadlines;
        retries = range("retries", retries, 0, 0, MAX_RETRIES);
        resources = resources == null ? new Resources(null, null, null, null, null) : resources;
        nodes = range("nodes", nodes, 1, 1, MAX_NODES);
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
    public static TrainingSpecification read(Path file) {
        Path base = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file has a directory");
        TrainingSpecification read = Documents.read(file, TrainingSpecification.class);
        if (read.command == null && read.image == null) {
            throw MlopsException.usage(file + ": the key 'command' is missing");
        }
        try {
            Path resolved =
                    read.directory == null ? base : base.resolve(read.directory).normalize();
            return read.at(resolved.toString(), base);
        } catch (InvalidPathException e) {
            throw MlopsException.usage(file + ": directory '" + read.directory + "' is no path", e);
        }
    }

    private TrainingSpecification at(String newDirectory, Path base) {
        return new TrainingSpecification(
                name,
                experiment,
                command,
                newDirectory,
                environment,
                params,
                seed,
                new Datasets(resolve(datasets.training, base)),
                require,
                parent,
                evaluation == null ? null : new Evaluation(evaluation.command, resolve(evaluation.dataset, base)),
                outputs,
                deadlines,
                retries,
                image,
                resources,
                nodes,
                kubernetes);
    }

    private static DatasetReference resolve(DatasetReference reference, Path base) {
        return reference == null ? null : reference.relativeTo(base);
    }

    /**
     * This specification with what was given at the start.
     *
     * @throws MlopsException of kind USAGE when an evaluation dataset is given and there is no evaluation
     */
    public TrainingSpecification with(Overrides given) {
        if (given.evaluation != null && evaluation == null) {
            throw MlopsException.usage("An evaluation dataset is given, but '" + name + "' has no key 'evaluation'");
        }
        Params changed = params;
        for (Map.Entry<String, Object> param : given.params.entrySet()) {
            changed = changed.with(param.getKey(), param.getValue());
        }
        return new TrainingSpecification(
                name,
                experiment,
                command,
                directory,
                environment,
                changed,
                given.seed == null ? seed : given.seed,
                given.training == null ? datasets : new Datasets(given.training),
                require,
                given.parent == null ? parent : given.parent,
                given.evaluation == null ? evaluation : new Evaluation(evaluation.command, given.evaluation),
                outputs,
                deadlines,
                retries,
                image,
                resources,
                nodes,
                kubernetes);
    }

    /** This specification in another size. */
    public TrainingSpecification with(Size given) {
        Resources changed = new Resources(
                given.gpus == null ? resources.gpus : given.gpus,
                given.gpuResource == null ? resources.gpuResource : given.gpuResource,
                given.cpu == null ? resources.cpu : given.cpu,
                given.memory == null ? resources.memory : given.memory,
                resources.shm);
        return new TrainingSpecification(
                name,
                experiment,
                command,
                directory,
                environment,
                params,
                seed,
                datasets,
                require,
                parent,
                evaluation,
                outputs,
                deadlines,
                retries,
                given.image == null ? image : given.image,
                changed,
                given.nodes == null ? nodes : given.nodes,
                kubernetes);
    }

    /** This specification with what others require besides: requirements add up. */
    public TrainingSpecification requiring(Requirements others) {
        return new TrainingSpecification(
                name,
                experiment,
                command,
                directory,
                environment,
                params,
                seed,
                datasets,
                new Requirements(require.anonymised || others.anonymised),
                parent,
                evaluation,
                outputs,
                deadlines,
                retries,
                image,
                resources,
                nodes,
                kubernetes);
    }

    /** Where the commands run, absolute. */
    @JsonIgnore
    public Path workingDirectory() {
        return Path.of(directory);
    }

    /** The parameters as MLflow gets them, the seed among them. */
    Map<String, String> mlflowParams() {
        return params.flatWithSeed(seed);
    }

    private static int range(String key, Integer value, int absent, int least, int most) {
        int number = value == null ? absent : value;
        if (number < least || number > most) {
            throw MlopsException.usage(key + " is " + number + ": " + least + " to " + most + " is wanted");
        }
        return number;
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }
}
