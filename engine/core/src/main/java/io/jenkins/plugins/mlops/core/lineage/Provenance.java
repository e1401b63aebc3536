package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How a model came to be: SLSA provenance v1 (slsa.dev/spec/v1.0/provenance). Times are UTC in whole seconds.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Provenance(BuildDefinition buildDefinition, RunDetails runDetails) implements Predicate {

    public static final String TYPE = "https://slsa.dev/provenance/v1";
    /** The buildType of a training; {@code docs/lineage.md} says what its parameters mean. */
    public static final String TRAINING = OWN_TYPES + "training/v1";

    /** Roles of resolved dependencies, under the annotation {@link ResourceDescriptor#ROLE}. */
    public static final String SOURCE = "source";

    public static final String TRAINING_DATA = "training";
    public static final String EVALUATION_DATA = "evaluation";
    public static final String IMAGE = "image";
    public static final String ENVIRONMENT = "environment";
    public static final String PARENT = "parent";

    /** How the gap begins that names files which differed from the commit. */
    public static final String CHANGED_CODE = "the work tree differed from the commit";

    static final String GAPS = "gaps";
    static final String MLFLOW_RUN = "mlflow-run";

    public Provenance {
        Predicate.require(buildDefinition, "buildDefinition");
        Predicate.require(runDetails, "runDetails");
    }

    /**
     * What was to be built.
     *
     * @param externalParameters what the user asked for: the specification
     * @param internalParameters what the product added: seeds it chose, attempts, and {@code gaps}
     * @param resolvedDependencies exactly what went in
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record BuildDefinition(
            String buildType,
            Map<String, Object> externalParameters,
            Map<String, Object> internalParameters,
            List<ResourceDescriptor> resolvedDependencies) {
        public BuildDefinition {
            if (buildType == null || externalParameters == null) {
                throw MlopsException.usage("buildDefinition lacks buildType or externalParameters");
            }
            externalParameters = Collections.unmodifiableMap(new TreeMap<>(externalParameters));
            internalParameters = internalParameters == null
                    ? Map.of()
                    : Collections.unmodifiableMap(new TreeMap<>(internalParameters));
            resolvedDependencies = resolvedDependencies == null ? List.of() : List.copyOf(resolvedDependencies);
            resolvedDependencies.forEach(dependency -> dependency.check("a resolved dependency"));
        }
    }

    /** The run that built it. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RunDetails(Builder builder, Metadata metadata, List<ResourceDescriptor> byproducts) {
        public RunDetails {
            if (builder == null || builder.id() == null) {
                throw MlopsException.usage("runDetails.builder has no id");
            }
            metadata = metadata == null ? new Metadata(null, null, null) : metadata;
            byproducts = byproducts == null ? List.of() : List.copyOf(byproducts);
        }
    }

    /**
     * Who built it.
     *
     * @param id a URI
     * @param version component to version
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Builder(String id, Map<String, String> version) {
        public Builder {
            version = version == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(version));
        }
    }

    /** The run itself; every field may be null. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Metadata(String invocationId, Instant startedOn, Instant finishedOn) {}

    /** Begins the provenance of a training that made these files. */
    public static TrainingProvenance training(ModelFiles model) {
        return new TrainingProvenance(model);
    }

    /** The resolved dependencies in the given role. */
    public Stream<ResourceDescriptor> dependencies(String role) {
        return buildDefinition.resolvedDependencies().stream().filter(dependency -> dependency.hasRole(role));
    }

    /** What is not known about the training, one phrase each. */
    public List<String> gaps() {
        return buildDefinition.internalParameters().get(GAPS) instanceof List<?> gaps
                ? gaps.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** The training that this one repeats; empty when it repeats none. */
    public Optional<Repeats> repeats() {
        return Repeats.of(buildDefinition.internalParameters().get(Repeats.KEY));
    }

    /** The MLflow run that the training logged to: its page, with its id and experiment as annotations. */
    public Optional<ResourceDescriptor> mlflowRunResource() {
        return runDetails.byproducts().stream()
                .filter(product -> MLFLOW_RUN.equals(product.name()))
                .findFirst();
    }

    /** The id of that run. */
    public Optional<String> mlflowRun() {
        return mlflowRunResource().flatMap(product -> product.annotation("runId"));
    }

    @Override
    public Instant time() {
        Metadata metadata = runDetails.metadata();
        if (metadata.finishedOn() != null) {
            return metadata.finishedOn();
        }
        return metadata.startedOn() == null ? Instant.EPOCH : metadata.startedOn();
    }
}
