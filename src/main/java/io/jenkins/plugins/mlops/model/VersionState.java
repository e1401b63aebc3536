package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What is known of one version, or of two that are compared, at one moment. */
@Restricted(NoExternalUse.class)
public final class VersionState {

    private final String server;
    private final String name;
    private final List<Integer> numbers;
    private final String problem;
    private final boolean asking;
    private final List<VersionView> versions;
    private final List<MoveView> history;
    private final String mlflowUrl;

    private VersionState(
            MlflowProfile profile,
            String name,
            List<Integer> numbers,
            String problem,
            boolean asking,
            List<VersionView> versions,
            List<MoveView> history) {
        this.server = profile.getName();
        this.mlflowUrl = profile.getUrl();
        this.name = name;
        this.numbers = numbers;
        this.problem = problem;
        this.asking = asking;
        this.versions = versions;
        this.history = history;
    }

    static VersionState read(MlflowProfile profile, String name, List<Integer> numbers, Viewer viewer) {
        RegistryCache.Answer<RegisteredVersions> answer = ModelState.ask(profile, name);
        if (answer.value() == null) {
            return new VersionState(profile, name, numbers, answer.problem(), answer.asking(), List.of(), List.of());
        }
        List<ModelVersion> found = numbers.stream()
                .map(answer.value()::version)
                .flatMap(Optional::stream)
                .toList();
        if (found.size() < numbers.size()) {
            return new VersionState(
                    profile,
                    name,
                    numbers,
                    answer.problem() != null ? answer.problem() : "The MLflow server has no such version of " + name,
                    answer.asking(),
                    List.of(),
                    List.of());
        }
        Provenances evidence = Provenances.of(found);
        RegistryCache.Answer<Map<String, TrackedRun>> runs = RunNumbers.of(profile, found);
        Map<String, TrackedRun> known = runs.value() == null ? Map.of() : runs.value();
        return new VersionState(
                profile,
                name,
                numbers,
                answer.problem() != null
                        ? answer.problem()
                        : runs.problem() != null ? runs.problem() : evidence.problem(),
                answer.asking() || runs.asking(),
                found.stream()
                        .map(version -> new VersionView(
                                version, known.get(version.runId()), profile.getUrl(), evidence, viewer))
                        .toList(),
                MoveView.history(found, evidence));
    }

    public String getServer() {
        return server;
    }

    public String getName() {
        return Shown.text(name);
    }

    public String getQuery() {
        return PageUrl.query(server, name);
    }

    public String getProblem() {
        return Shown.text(problem);
    }

    public boolean isAsking() {
        return asking;
    }

    /** Whether all that was asked for is known. */
    public boolean isKnown() {
        return versions.size() == numbers.size();
    }

    /** The one, or the left one. */
    public VersionView getVersion() {
        return versions.get(0);
    }

    /** The right one. */
    public VersionView getOther() {
        return versions.get(1);
    }

    /** The moves of aliases to it. */
    public List<MoveView> getHistory() {
        return history;
    }

    /** The version's page in MLflow; null unless it is an http or https address. */
    public String getMlflowUrl() {
        return Shown.link(mlflowUrl.replaceFirst("/+$", "") + "/#/models/" + PageUrl.encoded(name) + "/versions/"
                + numbers.get(0));
    }

    public Comparison getComparison() {
        return new Comparison(getVersion(), getOther());
    }
}
