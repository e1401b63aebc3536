package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.OwnObjectStore;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.cli.dataset.CacheOptions;
import io.jenkins.plugins.mlops.cli.image.ImageRegistryOptions;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.ClusterWatch;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.training.ClusterServices;
import io.jenkins.plugins.mlops.core.training.SensitiveParams;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import picocli.CommandLine.Mixin;

/** All that a command which watches a training on a cluster uses, for as long as it runs. */
public final class ClusterSession implements AutoCloseable {

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ClusterServices services;

    /** The options of such a command. */
    public static final class Options {
        @Mixin
        private ClusterOptions cluster;

        @Mixin
        private ImageRegistryOptions registries;

        @Mixin
        private LineageStoreOption lineageStore;

        @Mixin
        private EvidenceOptions evidence;

        @Mixin
        private CacheOptions cache;

        @Mixin
        private ServerOptions servers;

        /** @param directory of the run, new or not */
        public ClusterSession open(Host host, Path directory) {
            return new ClusterSession(host, this, directory);
        }

        /** What a training needs that runs on this machine. */
        public LocalSession openLocal(Host host) {
            MlflowSettings mlflow = servers.mlflow(host);
            ObjectStoreSettings store = servers.objectStore(host);
            ObjectStoreSettings evaluation = OwnObjectStore.EVALUATION.settings(host, servers, null);
            LineageStore lineage = lineageStore.open(host);
            Withdrawals withdrawals = evidence.withdrawals(host, servers, lineage);
            return new LocalSession(
                    mlflow, store, evaluation, lineage, withdrawals, cache.cache(host), evidence.keys(host));
        }
    }

    private ClusterSession(Host host, Options options, Path directory) {
        String controller = ClusterOptions.controller(host);
        try {
            var profile = options.cluster.profile(host);
            LocalSession local = keep(options.openLocal(host));
            ObjectStoreSettings store = options.servers.objectStore(host);
            ObjectStore objects = keep(ObjectStore.connect(store));
            ImageResolver images = keep(new ImageResolver(options.registries.settings(host)));
            Cluster cluster = keep(options.cluster.connect(host));
            ClusterWatch watch = keep(ClusterWatch.start(cluster, controller, ClusterWatch.RELIST));
            services = new ClusterServices(
                    local.services(),
                    objects,
                    store,
                    OwnObjectStore.EVALUATION.settings(host, options.servers, null),
                    cluster,
                    watch,
                    ClusterFacts.of(cluster),
                    profile,
                    controller,
                    RunLink.of(directory),
                    SensitiveParams.NONE,
                    image -> ImageReference.parse(images.resolve(image, null).pinned()));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        opened.push(resource);
        return resource;
    }

    public ClusterServices services() {
        return services;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("A client does not close", e);
            }
        }
    }
}
