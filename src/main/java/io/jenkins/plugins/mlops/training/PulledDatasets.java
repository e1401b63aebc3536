package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.lineage.RunFacts.DatasetUse;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The datasets that a training in a node's workspace can have seen: what the build pulled there, without what a later pull
 * into the same directory replaced. Only when nothing of a role was pulled there, what was pulled to other nodes counts,
 * since a pipeline may have carried it over. Immutable; sent to agents.
 */
final class PulledDatasets implements Serializable {

    private static final long serialVersionUID = 1L;

    private final ArrayList<Pull> pulls = new ArrayList<>();
    private final String node;

    /**
     * @param uses all that the build did with datasets, in order
     * @param node where the training runs; "" is the built-in node
     */
    PulledDatasets(List<DatasetUse> uses, String node) {
        this.node = node;
        Map<List<String>, DatasetUse> latest = new LinkedHashMap<>();
        for (DatasetUse use : uses) {
            if (use.action() == RunFacts.Action.PULLED && use.version() != null) {
                List<String> place = List.of(String.valueOf(use.node()), String.valueOf(use.directory()));
                latest.remove(place);
                latest.put(place, use);
            }
        }
        latest.values().forEach(use -> pulls.add(new Pull(use)));
    }

    /** Each version once. */
    List<DatasetVersion> training() {
        return versions(Provenance.TRAINING_DATA);
    }

    /** The one pulled last. */
    Optional<DatasetVersion> evaluation() {
        List<DatasetVersion> versions = versions(Provenance.EVALUATION_DATA);
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
    }

    /** The directory on this node that a dataset of the role was pulled to last. */
    Optional<String> directory(String role) {
        List<Pull> here = pulls.stream()
                .filter(pull -> pull.role.equals(role) && pull.node.equals(node))
                .toList();
        return here.isEmpty() ? Optional.empty() : Optional.of(here.get(here.size() - 1).directory);
    }

    /** All directories on this node that hold datasets. */
    List<String> directories() {
        return pulls.stream()
                .filter(pull -> pull.node.equals(node))
                .map(pull -> pull.directory)
                .toList();
    }

    /** What cannot be said for sure of them, a phrase each. */
    List<String> gaps() {
        Stream<String> elsewhere = Stream.of(Provenance.TRAINING_DATA, Provenance.EVALUATION_DATA)
                .filter(role -> pulls.stream().anyMatch(pull -> pull.role.equals(role))
                        && directory(role).isEmpty())
                .map(role -> "the " + role + " dataset was pulled on another node than the training ran on");
        Stream<String> partial = pulls.stream()
                .filter(pull -> pull.partial)
                .map(pull ->
                        "only " + pull.files + " files of the " + pull.role + " dataset " + pull.name + " were pulled");
        return Stream.concat(elsewhere, partial).toList();
    }

    private List<DatasetVersion> versions(String role) {
        boolean here = directory(role).isPresent();
        return pulls.stream()
                .filter(pull -> pull.role.equals(role) && (!here || pull.node.equals(node)))
                .map(Pull::version)
                .distinct()
                .toList();
    }

    private static final class Pull implements Serializable {

        private static final long serialVersionUID = 1L;

        final String role;
        final String node;
        final String directory;
        private final String name;
        private final String contentId;
        private final String sourceId;
        private final String source;
        private final long files;
        private final long bytes;
        final boolean partial;

        Pull(DatasetUse use) {
            role = String.valueOf(use.role());
            node = String.valueOf(use.node());
            directory = String.valueOf(use.directory());
            name = use.name();
            contentId = use.version();
            sourceId = use.sourceId();
            source = use.source();
            files = use.files();
            bytes = use.bytes();
            partial = use.partial();
        }

        DatasetVersion version() {
            return new DatasetVersion(name, Digest.parse(contentId), sourceId, source, files, bytes);
        }
    }
}
