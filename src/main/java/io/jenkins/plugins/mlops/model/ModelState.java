package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.ToldMove;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** What a server and the evidence say of a model at one moment: aliases, their history, and a page of versions. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class ModelState {

    /** So many metrics fit beside the rest of a version; its own page has all. */
    private static final int COLUMNS = 4;

    /** More moves than anyone reads. */
    private static final int MOVES = 200;

    private final String server;
    private final String name;
    private final RegisteredVersions known;
    private final Instant asOf;
    private final String problem;
    private final boolean asking;
    private final List<VersionView> versions;
    private final List<MoveView> history;
    private final int page;
    private final Set<String> returnable;

    private ModelState(
            String server,
            String name,
            RegistryCache.Answer<RegisteredVersions> answer,
            String problem,
            boolean asking,
            List<VersionView> versions,
            List<MoveView> history,
            int page,
            Set<String> returnable) {
        this.server = server;
        this.name = name;
        this.known = answer.value();
        this.asOf = answer.asOf();
        this.problem = problem;
        this.asking = asking;
        this.versions = versions;
        this.history = history;
        this.page = page;
        this.returnable = returnable;
    }

    static RegistryCache.Answer<RegisteredVersions> ask(MlflowProfile profile, String name) {
        return RegistryCache.get().ask(profile, "model " + name, server -> RegisteredVersions.read(server, name));
    }

    static ModelState read(MlflowProfile profile, String name, int page, Viewer viewer) {
        RegistryCache.Answer<RegisteredVersions> answer = ask(profile, name);
        RegisteredVersions known = answer.value();
        if (known == null) {
            return new ModelState(
                    profile.getName(),
                    name,
                    answer,
                    answer.problem(),
                    answer.asking(),
                    List.of(),
                    List.of(),
                    page,
                    Set.of());
        }
        List<ModelVersion> all = known.versions();
        List<ModelVersion> shown = all.stream()
                .skip((long) (page - 1) * ModelPage.SIZE)
                .limit(ModelPage.SIZE)
                .toList();
        List<ModelVersion> moved =
                all.stream().filter(version -> !ToldMove.of(version).isEmpty()).toList();
        Set<ModelVersion> wanted = new LinkedHashSet<>(shown);
        wanted.addAll(moved);
        Provenances evidence = Provenances.of(wanted);
        RegistryCache.Answer<Map<String, TrackedRun>> runs = RunNumbers.of(profile, shown);
        Map<String, TrackedRun> numbers = runs.value() == null ? Map.of() : runs.value();
        List<VersionView> views = shown.stream()
                .map(version ->
                        new VersionView(version, numbers.get(version.runId()), profile.getUrl(), evidence, viewer))
                .toList();
        String problem = answer.problem() != null
                ? answer.problem()
                : runs.problem() != null ? runs.problem() : evidence.problem();
        return new ModelState(
                profile.getName(),
                name,
                answer,
                problem,
                answer.asking() || runs.asking(),
                views,
                MoveView.history(moved, evidence),
                page,
                ModelMoves.returnable(profile, known, evidence, viewer));
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

    /** Why this is not up to date, or not whole; null when all is well. */
    @Exported
    public String getProblem() {
        return Shown.text(problem);
    }

    @Exported
    public String getAsOf() {
        return asOf == null ? null : asOf.toString();
    }

    /** Whether an answer is on its way. */
    @Exported
    public boolean isAsking() {
        return asking;
    }

    /** Whether the server has answered once. */
    public boolean isKnown() {
        return known != null;
    }

    /** Whether it has such a model. */
    @Exported
    public boolean isThere() {
        return known != null && known.model() != null;
    }

    @Exported
    public List<AliasRow> getAliases() {
        return isThere() ? ModelRow.aliases(known.model()) : List.of();
    }

    /** Whether the viewer may give the alias back to the version before. */
    public boolean mayRollBack(String alias) {
        return returnable.contains(alias);
    }

    /** Whether he may with any. */
    public boolean isRollbacker() {
        return !returnable.isEmpty();
    }

    /** What someone did to aliases by other means, half a sentence each. */
    public List<String> getForeign() {
        return getAliases().stream()
                .map(AliasRow::getForeign)
                .filter(foreign -> foreign != null)
                .toList();
    }

    /** The last move first. */
    @Exported
    public List<MoveView> getHistory() {
        return history.size() > MOVES ? history.subList(0, MOVES) : history;
    }

    /** The last move that brought an alias to where it is; null when none is known. */
    public MoveView lastMove(String alias) {
        return history.stream()
                .filter(move -> alias.equals(move.getAlias()))
                .findFirst()
                .orElse(null);
    }

    /** Of one page, the newest first. */
    @Exported
    public List<VersionView> getVersions() {
        return versions;
    }

    /** How many there are in all. */
    @Exported
    public int getVersionCount() {
        return known == null ? 0 : known.versions().size();
    }

    @Exported
    public int getPage() {
        return page;
    }

    public boolean isNewer() {
        return page > 1;
    }

    public boolean isOlder() {
        return (long) page * ModelPage.SIZE < getVersionCount();
    }

    /** The metrics that most of these versions have. */
    public List<String> getMetricNames() {
        Map<String, Integer> counts = new HashMap<>();
        versions.forEach(
                version -> version.getMetrics().keySet().forEach(metric -> counts.merge(metric, 1, Integer::sum)));
        List<String> names = new ArrayList<>(counts.keySet());
        names.sort(Comparator.comparing((String metric) -> -counts.get(metric)).thenComparing(metric -> metric));
        return names.size() > COLUMNS ? names.subList(0, COLUMNS) : names;
    }
}
