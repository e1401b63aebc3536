package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.FactsListener;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.lineage.RunFacts.DatasetUse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What builds with a {@code withMLflow} block have pulled, in memory: their steps ask for it on the thread that runs the script, which
 * must not wait for a disk. Thread-safe.
 */
@Extension
public class KnownPulls implements FactsListener {

    /** By the build's externalizable id. */
    private final Map<String, List<DatasetUse>> known = new ConcurrentHashMap<>();

    static KnownPulls get() {
        return ExtensionList.lookupSingleton(KnownPulls.class);
    }

    /**
     * Reads what a build has pulled, and keeps up with it until its end.
     *
     * @throws MlopsException as {@link BuildLineage#facts}
     */
    void follow(@NonNull Run<?, ?> build) {
        of(build);
    }

    /** What a training on a node can have seen, without any I/O when the build is followed. @throws MlopsException as {@link #follow} */
    @NonNull
    PulledDatasets on(@NonNull String node, @NonNull Run<?, ?> build) {
        return new PulledDatasets(of(build), node);
    }

    private List<DatasetUse> of(Run<?, ?> build) {
        List<DatasetUse> uses = known.get(build.getExternalizableId());
        return uses == null ? known.computeIfAbsent(build.getExternalizableId(), id -> read(build)) : uses;
    }

    private static List<DatasetUse> read(Run<?, ?> build) {
        return BuildLineage.of(build).facts().datasets();
    }

    /** Reads them once more: of two changes at once, the later one may be told first. */
    @Override
    public void changed(@NonNull Run<?, ?> run, @NonNull RunFacts before, @NonNull RunFacts after) {
        if (!before.datasets().equals(after.datasets())) {
            known.computeIfPresent(run.getExternalizableId(), (id, old) -> read(run));
        }
    }

    /** Forgets builds that have ended. */
    @Extension
    public static final class Ends extends RunListener<Run<?, ?>> {

        @Override
        public void onCompleted(Run<?, ?> run, @NonNull TaskListener listener) {
            get().known.remove(run.getExternalizableId());
        }
    }
}
