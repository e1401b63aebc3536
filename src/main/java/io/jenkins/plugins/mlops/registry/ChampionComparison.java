package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A candidate beside the version that an alias points to now, as MLflow has them. It is asked for on a thread of the plugin's own and
 * waited for a bounded time, so that a page never hangs on a server. Immutable.
 */
public final class ChampionComparison {

    private static final long PATIENCE_SECONDS = 10;
    private static final int MAX_METRICS = 200;

    private final int champion;
    private final List<MetricDifference> metrics;
    private final String problem;

    private ChampionComparison(int champion, List<MetricDifference> metrics, @CheckForNull String problem) {
        this.champion = champion;
        this.metrics = metrics;
        this.problem = problem;
    }

    /**
     * @param run the candidate's MLflow run; null when there is a version
     * @param version of the candidate; null when it is not registered yet
     */
    @NonNull
    static ChampionComparison of(
            @NonNull MlflowProfile profile,
            @NonNull String name,
            @NonNull String alias,
            @CheckForNull String run,
            @CheckForNull Integer version) {
        FutureTask<ChampionComparison> task = new FutureTask<>(() -> ask(profile, name, alias, run, version));
        StepThreads.submit(task);
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            return failed("The MLflow server " + profile.getName() + " did not answer in " + PATIENCE_SECONDS
                    + " s: load the page again");
        } catch (ExecutionException e) {
            return failed(
                    e.getCause() instanceof MlopsException told
                            ? told.getMessage()
                            : "The MLflow server cannot be asked: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("The page was broken off");
        }
    }

    private static ChampionComparison failed(String problem) {
        return new ChampionComparison(0, List.of(), problem);
    }

    private static ChampionComparison ask(
            MlflowProfile profile, String name, String alias, String run, Integer version) {
        try (MlflowServer mlflow = profile.connect(null)) {
            String candidateRun = run != null
                    ? run
                    : mlflow.version(name, version).map(ModelVersion::runId).orElse(null);
            ModelVersion holder = mlflow.byAlias(name, alias).orElse(null);
            Map<String, Double> candidate = metrics(mlflow, candidateRun);
            Map<String, Double> champion = holder == null ? Map.of() : metrics(mlflow, holder.runId());
            List<MetricDifference> rows = new ArrayList<>();
            TreeSet<String> names = new TreeSet<>(candidate.keySet());
            names.addAll(champion.keySet());
            names.stream()
                    .limit(MAX_METRICS)
                    .forEach(metric ->
                            rows.add(new MetricDifference(metric, candidate.get(metric), champion.get(metric))));
            return new ChampionComparison(holder == null ? 0 : holder.version(), List.copyOf(rows), null);
        }
    }

    private static Map<String, Double> metrics(MlflowServer mlflow, String run) {
        return run == null ? Map.of() : mlflow.run(run).map(TrackedRun::metrics).orElse(Map.of());
    }

    /** The version that the alias points to now; 0 for none, and when there is a problem. */
    public int getChampion() {
        return champion;
    }

    public List<MetricDifference> getMetrics() {
        return metrics;
    }

    /** Why nothing can be compared; null when all is well. */
    @CheckForNull
    public String getProblem() {
        return problem;
    }
}
