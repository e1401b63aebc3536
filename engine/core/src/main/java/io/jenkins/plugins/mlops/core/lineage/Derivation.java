package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * That a dataset was made from others, or by models, in a step. What is in an input is then in the dataset too, but for what the
 * input's annotations {@value #WITHOUT_GROUPS} and {@value #WITHOUT_FILES} say was left out.
 *
 * @param step what was done, in a word or two; null when nobody said
 * @param command the program and its arguments; empty when nobody said
 * @param inputs datasets and models by content id or source id, each with its role
 * @param source the commit of the step's code, or null
 * @param image the container image that the step ran in, or null
 * @param by who, or null
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Derivation(
        String step,
        List<String> command,
        List<ResourceDescriptor> inputs,
        ResourceDescriptor source,
        ResourceDescriptor image,
        String by,
        Instant derivedOn)
        implements Predicate {

    public static final String TYPE = OWN_TYPES + "derivation/v1";

    /** The name of the subject: the derived dataset. */
    public static final String DATASET = "dataset";

    /** Roles of inputs: a dataset unless another is named, and a model, by which labels were made for example. */
    public static final String INPUT = "input";

    public static final String MODEL_INPUT = "model";

    static final String WITHOUT_GROUPS = "withoutGroups";
    static final String WITHOUT_FILES = "withoutFiles";

    public Derivation {
        command = command == null ? List.of() : List.copyOf(command);
        if (inputs == null || inputs.isEmpty()) {
            throw MlopsException.usage("a derivation has inputs, at least one");
        }
        inputs = List.copyOf(inputs);
        inputs.forEach(input -> input.check("an input"));
        derivedOn = ModelEvent.moment(derivedOn, "derivedOn");
    }

    /**
     * A dataset as an input.
     *
     * @param role {@value #INPUT}, or what it was to the step, such as {@code labels}
     * @param withoutGroups groups that were left out
     * @param withoutFiles files that were left out
     */
    public static ResourceDescriptor dataset(
            DatasetVersion dataset, String role, Collection<String> withoutGroups, Collection<Digest> withoutFiles) {
        return TrainingProvenance.dataset(dataset, role)
                .with(WITHOUT_GROUPS, withoutGroups.isEmpty() ? null : List.copyOf(withoutGroups))
                .with(
                        WITHOUT_FILES,
                        withoutFiles.isEmpty()
                                ? null
                                : withoutFiles.stream().map(Digest::toString).toList());
    }

    /** A model as an input. @param uri {@code models:/NAME/VERSION}, or null */
    public static ResourceDescriptor model(String uri, Digest content) {
        return ResourceDescriptor.tree(Statement.MODEL, content)
                .withUri(uri)
                .with(ResourceDescriptor.ROLE, MODEL_INPUT);
    }

    /**
     * A commit, as the source of a step's code.
     *
     * @param repository null for one without a remote
     * @param sha 40 or 64 lower-case hex digits
     * @param changes how many files differed from it
     */
    public static ResourceDescriptor commit(String repository, String sha, int changes) {
        return TrainingProvenance.source(repository, sha).with("changes", changes == 0 ? null : changes);
    }

    /**
     * A container image.
     *
     * @param reference {@code repository@sha256:hex}
     * @throws MlopsException of kind USAGE when it has another form
     */
    public static ResourceDescriptor image(String reference) {
        ImageName name = ImageName.of(reference);
        if (name.repository().isEmpty() || !Digest.isDigest("sha256:" + name.digest())) {
            throw MlopsException.usage(
                    "'" + reference + "' does not pin an image: repository@sha256: and 64 hex digits are wanted");
        }
        return TrainingProvenance.imageOf(name.repository(), new Digest(name.digest()));
    }

    /** The statement that says this of a dataset. @param dataset its content id is known */
    public Statement statement(DatasetVersion dataset) {
        ResourceDescriptor subject = ResourceDescriptor.tree(DATASET, dataset.contentId())
                .withUri(dataset.source())
                .with("name", dataset.name())
                .with("sourceId", dataset.sourceId())
                .with("files", dataset.files())
                .with("bytes", dataset.bytes());
        return Statement.about(List.of(subject), this);
    }

    /** Groups and files of an input that did not go into the dataset. */
    static List<String> without(ResourceDescriptor input, String annotation) {
        return input.annotations().get(annotation) instanceof List<?> items
                ? items.stream().map(String::valueOf).toList()
                : List.of();
    }

    @Override
    public Instant time() {
        return derivedOn;
    }
}
