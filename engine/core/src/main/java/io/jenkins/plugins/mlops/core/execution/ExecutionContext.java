package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End;
import io.jenkins.plugins.mlops.core.diagnosis.Ends;
import io.jenkins.plugins.mlops.core.diagnosis.WaitingReason;
import io.jenkins.plugins.mlops.core.diagnosis.WaitingReasons;
import io.jenkins.plugins.mlops.core.workload.Manifests;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an execution works with: its cluster, the values of its secret variables, and how it is judged. Cheap; cluster, watch and
 * facts are what many executions share.
 */
public final class ExecutionContext {

    /** Makes the objects of an attempt; the same ones each time. */
    interface Recipe {
        Manifests.Objects make(Workload workload, int attempt);
    }

    /**
     * @param watch of the workload's controller, on the same cluster
     * @param facts for the sentences that say why it waits
     * @param secrets what {@link Manifests#of} wants; kept in memory alone, so that whoever opens an execution again gives them again
     */
    public static ExecutionContext of(
            Cluster cluster, ClusterWatch watch, ClusterFacts facts, Map<String, String> secrets) {
        Map<String, String> values = Map.copyOf(secrets);
        return new ExecutionContext(
                new WatchedCluster(cluster, watch, new SecretMask(values.values())),
                (workload, attempt) -> Manifests.of(workload, attempt, values),
                new Judgement() {
                    @Override
                    public Optional<End> end(Workload workload, Observation seen, Instant ready, Instant now) {
                        return Ends.of(workload, seen, ready, now);
                    }

                    @Override
                    public List<WaitingReason> waiting(Workload workload, Observation seen) {
                        return WaitingReasons.of(workload, seen, facts);
                    }
                },
                facts,
                Timing.DEFAULT,
                Clock.systemUTC());
    }

    final ClusterCalls cluster;
    final Recipe recipe;
    final Judgement judgement;
    final ClusterFacts facts;
    final Timing timing;
    final Clock clock;

    ExecutionContext(
            ClusterCalls cluster, Recipe recipe, Judgement judgement, ClusterFacts facts, Timing timing, Clock clock) {
        this.cluster = cluster;
        this.recipe = recipe;
        this.judgement = judgement;
        this.facts = facts;
        this.timing = timing;
        this.clock = clock;
    }
}
