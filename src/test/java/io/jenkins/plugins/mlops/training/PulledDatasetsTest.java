package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import org.junit.jupiter.api.Test;

class PulledDatasetsTest {

    private RunFacts facts = RunFacts.NONE;

    @Test
    void aLaterPullIntoTheSameDirectoryReplaces() {
        pull("1", "a", "training", "x", "/w/data");
        pull("2", "b", "training", "x", "/w/more");
        pull("3", "c", "training", "x", "/w/data");
        PulledDatasets datasets = new PulledDatasets(facts.datasets(), "x");
        assertThat(datasets.training()).extracting(DatasetVersion::name).containsExactly("b", "c");
        assertThat(datasets.directory(Provenance.TRAINING_DATA)).contains("/w/data");
        assertThat(datasets.directories()).containsExactly("/w/more", "/w/data");
        assertThat(datasets.gaps()).isEmpty();
    }

    @Test
    void aPullForAnotherRoleReplacesTooAndOtherNodesDoNotCount() {
        pull("1", "a", "training", "x", "/w/data");
        pull("2", "b", "evaluation", "x", "/w/data");
        pull("3", "c", "training", "y", "/w/data");
        pull("4", "d", "evaluation", "y", "/w/data2");
        PulledDatasets datasets = new PulledDatasets(facts.datasets(), "x");
        assertThat(datasets.evaluation()).get().extracting(DatasetVersion::name).isEqualTo("b");
        assertThat(datasets.directory(Provenance.EVALUATION_DATA)).contains("/w/data");
        assertThat(datasets.directory(Provenance.TRAINING_DATA)).isEmpty();
        // Nothing of the role is here: what lies elsewhere may have been carried over, and that is said.
        assertThat(datasets.training()).extracting(DatasetVersion::name).containsExactly("c");
        assertThat(datasets.gaps()).singleElement().asString().contains("training dataset was pulled on another node");
    }

    @Test
    void aVersionInTwoDirectoriesIsOneDataset() {
        pull("1", "a", "training", "x", "/w/1");
        pull("2", "a", "training", "x", "/w/2");
        assertThat(new PulledDatasets(facts.datasets(), "x").training()).hasSize(1);
    }

    private void pull(String id, String name, String role, String node, String directory) {
        facts = facts.with(TestPulls.use(id, name, role, node, directory));
    }
}
