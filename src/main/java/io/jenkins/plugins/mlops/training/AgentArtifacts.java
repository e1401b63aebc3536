package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.signing.SignedTask;
import io.jenkins.plugins.mlops.signing.SignedWork;
import io.jenkins.plugins.mlops.signing.StoreSigner;
import java.io.IOException;
import java.io.Serializable;

/**
 * The artifacts of runs as an agent gets at them: through the MLflow server, or, where the server leaves that to the object
 * store, by URLs that the controller signs for the one run that is meant.
 */
final class AgentArtifacts {

    private final MlflowProfile profile;
    private final Run<?, ?> build;
    private final MlflowServer server;

    /** @param server a connection of the controller */
    AgentArtifacts(MlflowProfile profile, Run<?, ?> build, MlflowServer server) {
        this.profile = profile;
        this.build = build;
        this.server = server;
    }

    /** What the agent gets to reach the server. */
    @NonNull
    MlflowAccess access() {
        return new MlflowAccess(profile, build);
    }

    /** Has an agent work that reads artifacts. @param runId whose; null for none */
    @NonNull
    <T extends Serializable> T reading(FilePath workspace, String node, SignedTask<T> task, @CheckForNull String runId)
            throws IOException, InterruptedException {
        S3Uri root = root(runId);
        return root == null
                ? SignedWork.withoutStore(workspace, task)
                : on(workspace, node, task, new ArtifactRules(root, false));
    }

    /** Has an agent work that adds artifacts to a run. */
    @NonNull
    <T extends Serializable> T writing(FilePath workspace, String node, SignedTask<T> task, String runId)
            throws IOException, InterruptedException {
        S3Uri root = root(runId);
        return root == null
                ? SignedWork.withoutStore(workspace, task)
                : on(workspace, node, task, new ArtifactRules(root, true));
    }

    private <T extends Serializable> T on(FilePath workspace, String node, SignedTask<T> task, ArtifactRules rules)
            throws IOException, InterruptedException {
        return SignedWork.on(
                workspace,
                task,
                new StoreSigner(profile.artifactStore(), build, rules),
                node.isEmpty() ? "built-in node" : "agent " + node);
    }

    /** Where the run's artifacts lie, if that is an object store. Whoever made its experiment chose the place. */
    @CheckForNull
    private S3Uri root(@CheckForNull String runId) {
        if (runId == null || profile.getArtifactStore() == null) {
            return null;
        }
        String uri = server.run(runId)
                .orElseThrow(() -> MlopsException.failed("The MLflow run " + runId + " is gone: was it deleted?"))
                .artifactUri();
        if (!S3Uri.isS3(uri)) {
            return null;
        }
        S3Uri root = S3Uri.parse(uri);
        JobPolicy.of(build).checkLocation(root);
        return root;
    }
}
