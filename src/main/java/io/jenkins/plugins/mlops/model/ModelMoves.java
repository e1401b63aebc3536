package io.jenkins.plugins.mlops.model;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.model.Job;
import hudson.security.Permission;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * What is shown to someone before he gives an alias to a version: its gate, and its numbers beside those of the version that has the alias
 * now. Permissions and policy are those of the job that made the version; of Jenkins itself when nobody knows the job.
 */
@Restricted(NoExternalUse.class)
public final class ModelMoves {

    private final VersionState state;
    private final RegistryCache.Answer<RegisteredVersions> answer;
    private final String server;
    private final String name;
    private final int version;
    private final String alias;

    private ModelMoves(
            VersionState state,
            RegistryCache.Answer<RegisteredVersions> answer,
            String server,
            String name,
            int version,
            String alias) {
        this.state = state;
        this.answer = answer;
        this.server = server;
        this.name = name;
        this.version = version;
        this.alias = alias;
    }

    static ModelMoves read(MlflowProfile profile, String name, int version, String alias, Viewer viewer) {
        RegistryCache.Answer<RegisteredVersions> answer = ModelState.ask(profile, name);
        int holder = holder(answer.value(), alias);
        VersionState state = VersionState.read(
                profile, name, holder == 0 || holder == version ? List.of(version) : List.of(holder, version), viewer);
        return new ModelMoves(state, answer, profile.getName(), name, version, alias);
    }

    /** Whether the viewer has a permission on the job, or on all of Jenkins when there is none. */
    static boolean may(@CheckForNull Job<?, ?> job, Permission permission) {
        return job == null
                ? Jenkins.get().hasPermission(permission)
                : job.hasPermission(Item.READ) && job.hasPermission(permission);
    }

    /**
     * The job that made a version.
     *
     * @return null when nobody knows it
     * @throws MlopsException of kind UNREACHABLE when the server does not tell in time what the version is: without that, the wrong
     *     policy would count
     */
    @CheckForNull
    static Job<?, ?> job(MlflowProfile profile, String name, int number) {
        RegistryCache.Answer<RegisteredVersions> answer = ModelState.ask(profile, name);
        RegisteredVersions known = answer.value();
        if (known == null) {
            throw MlopsException.unreachable(
                    answer.problem() == null ? "The MLflow server has not answered" : answer.problem(), null);
        }
        ModelVersion version = known.version(number)
                .orElseThrow(() -> MlopsException.usage(
                        "The model " + name + " has no version " + number + ": load the page anew"));
        return view(profile, version, Provenances.of(List.of(version))).job();
    }

    /** The aliases that the viewer may give back to the version before. */
    static Set<String> returnable(
            MlflowProfile profile, RegisteredVersions known, Provenances evidence, Viewer viewer) {
        Set<String> aliases = new TreeSet<>();
        if (known.model() != null) {
            known.model()
                    .aliases()
                    .forEach((alias, number) -> known.version(number)
                            .filter(version ->
                                    may(view(profile, version, evidence).job(), MlopsPermissions.ROLLBACK))
                            .ifPresent(version -> aliases.add(alias)));
        }
        return aliases;
    }

    private static VersionView view(MlflowProfile profile, ModelVersion version, Provenances evidence) {
        return new VersionView(version, null, profile.getUrl(), evidence, Viewer.current());
    }

    private static int holder(RegisteredVersions known, String alias) {
        return known == null || known.model() == null
                ? 0
                : known.model().aliases().getOrDefault(alias, 0);
    }

    public String getServer() {
        return server;
    }

    /** As the server calls it, for the form. */
    public String getName() {
        return name;
    }

    public int getNumber() {
        return version;
    }

    public String getAlias() {
        return Shown.text(alias);
    }

    public String getProblem() {
        return state.getProblem();
    }

    public boolean isAsking() {
        return state.isAsking();
    }

    public boolean isKnown() {
        return state.isKnown();
    }

    /** The version that has the alias now; 0 for none. */
    public int getHolder() {
        return holder(answer.value(), alias);
    }

    /** Whether another version has it, to compare with. */
    public boolean isCompared() {
        return getHolder() != 0 && getHolder() != version;
    }

    /** The one that is to get it. */
    public VersionView getCandidate() {
        return isCompared() ? state.getOther() : state.getVersion();
    }

    /** That of the holder left. */
    public Comparison getComparison() {
        return state.getComparison();
    }

    /** Why the job's policy does not let this version have this alias; null when it does. */
    public String getRefusal() {
        try {
            JobPolicy policy = JobPolicy.of(getCandidate().job());
            policy.checkModel(name);
            policy.checkAlias(alias);
            return null;
        } catch (MlopsException e) {
            return Shown.text(e.getMessage());
        }
    }
}
