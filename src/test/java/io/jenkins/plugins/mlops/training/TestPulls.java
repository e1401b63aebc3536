package io.jenkins.plugins.mlops.training;

import hudson.model.Run;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;

/** What {@code pullDataset} says of its work, for pipelines of tests; without the work. */
public final class TestPulls {

    private TestPulls() {}

    public static void record(Run<?, ?> build, String id, String name, String role, String directory) {
        record(build, id, name, role, "", directory);
    }

    static void record(Run<?, ?> build, String id, String name, String role, String node, String directory) {
        BuildLineage.of(build).update(facts -> facts.with(use(id, name, role, node, directory)));
    }

    static RunFacts.DatasetUse use(String id, String name, String role, String node, String directory) {
        return new RunFacts.DatasetUse(
                id,
                RunFacts.Action.PULLED,
                role,
                name,
                Digest.of(name).toString(),
                "source-" + name,
                "s3://data/" + name,
                1,
                1,
                node,
                directory,
                "2026-01-01T00:00:00Z");
    }
}
