package io.jenkins.plugins.mlops.dataset;

import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.signing.SignedTask;
import io.jenkins.plugins.mlops.signing.SignedWork;
import io.jenkins.plugins.mlops.signing.StoreSigner;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Has an agent read a repository of DVC in its workspace. Everything in the repository comes from the branch: the agent refuses what
 * leads elsewhere, and the controller signs nothing but the list of a directory, and only where the job may read.
 */
final class DvcWork {

    private final FilePath workspace;
    private final ObjectStoreProfile profile;
    private final Run<?, ?> run;
    private final JobPolicy policy;
    private final AgentCache cache;
    private final String agent;

    /** @param cache the agent's @param agent as people call it */
    DvcWork(
            FilePath workspace,
            ObjectStoreProfile profile,
            Run<?, ?> run,
            JobPolicy policy,
            AgentCache cache,
            String agent) {
        this.workspace = workspace;
        this.profile = profile;
        this.run = run;
        this.policy = policy;
        this.cache = cache;
        this.agent = agent;
    }

    Dataset resolve(DvcTarget target) throws IOException, InterruptedException {
        return on(new Resolving(target, cache));
    }

    /** Writes a file on the agent which {@link PullSource#ofDvc} reads. */
    void listInto(FilePath listing, DvcTarget target) throws IOException, InterruptedException {
        on(new Listing(target, cache, listing.getRemote()));
    }

    private <T extends Serializable> T on(SignedTask<T> task) throws IOException, InterruptedException {
        return SignedWork.on(workspace, task, new StoreSigner(profile, run, new DvcRules(policy)), agent);
    }

    private static final class Resolving extends SignedTask<Dataset> {

        private static final long serialVersionUID = 1L;

        private final DvcTarget target;
        private final AgentCache cache;

        Resolving(DvcTarget target, AgentCache cache) {
            this.target = target;
            this.cache = cache;
        }

        @Override
        protected Dataset run(Path workspace, ObjectStore store) {
            return Dataset.of(new Datasets(store, cache.open()).resolve(target.reference(workspace)), target);
        }
    }

    private static final class Listing extends SignedTask<String> {

        private static final long serialVersionUID = 1L;

        private final DvcTarget target;
        private final AgentCache cache;
        private final String listing;

        Listing(DvcTarget target, AgentCache cache, String listing) {
            this.target = target;
            this.cache = cache;
            this.listing = listing;
        }

        @Override
        protected String run(Path workspace, ObjectStore store) throws IOException {
            Path file = Path.of(listing);
            Files.createDirectories(Objects.requireNonNull(file.getParent(), "a listing lies in a directory"));
            return new Datasets(store, cache.open()).listInto(file, target.reference(workspace));
        }
    }
}
