package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.training.SensitiveParams;
import io.jenkins.plugins.mlops.core.training.TrainingVariables;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;

/**
 * The variables of a body. Persisted with the build, so credentials are looked up whenever a step asks, and never held.
 * Datasets are looked up too: the body itself may pull them. All of it is in memory: the thread that runs the script asks.
 */
final class TrainingEnvironment extends EnvironmentExpander {

    private static final long serialVersionUID = 1L;

    /** All but the datasets, which belong to the build or to who set them outside. */
    private static final List<String> OF_THE_BLOCK = TrainingVariables.ALL.stream()
            .filter(variable -> !variable.equals(TrainingVariables.DATASET_DIR)
                    && !variable.equals(TrainingVariables.EVALUATION_DATASET_DIR))
            .toList();

    private final String build;
    private final String node;
    private final String server;
    private final String experiment;
    private final String runId;
    private final KeptSecrets secrets;
    private final TreeMap<String, String> variables = new TreeMap<>();

    TrainingEnvironment(Run<?, ?> run, String node, StartedTraining training, KeptSecrets secrets) {
        this.secrets = secrets;
        this.build = run.getExternalizableId();
        this.node = node;
        this.server = training.server;
        this.experiment = training.experiment;
        this.runId = training.runId;
        TrainingPlace place = training.place;
        variables.put(TrainingVariables.MODEL_DIR, place.model);
        variables.put(TrainingVariables.OUTPUT_DIR, place.output);
        variables.put(TrainingVariables.METRICS_FILE, place.metrics);
        variables.put(TrainingVariables.PARAMS_FILE, place.params);
        variables.put(TrainingVariables.CHECKPOINT_DIR, place.checkpoints);
        if (place.parent != null) {
            variables.put(TrainingVariables.PARENT_MODEL_DIR, place.parent);
        }
        if (training.seed != null) {
            variables.put(TrainingVariables.SEED, training.seed.toString());
        }
    }

    @Override
    public void expand(@NonNull EnvVars env) throws IOException {
        Map<String, String> all = new TreeMap<>(variables);
        try {
            all.putAll(KeptSecrets.orNone(secrets).params().variables());
            Run<?, ?> run = Run.fromExternalizableId(build);
            if (run != null) {
                MlflowSettings settings = JobPolicy.of(run).mlflowServer(server).trainingSettings(null);
                all.putAll(TrainingVariables.run(settings.trackingUri(), experiment, runId));
                all.putAll(TrainingVariables.credentials(settings.credentials()));
                PulledDatasets datasets = KnownPulls.get().on(node, run);
                datasets.directory(Provenance.TRAINING_DATA)
                        .ifPresent(directory -> all.put(TrainingVariables.DATASET_DIR, directory));
                datasets.directory(Provenance.EVALUATION_DATA)
                        .ifPresent(directory -> all.put(TrainingVariables.EVALUATION_DATASET_DIR, directory));
            }
        } catch (MlopsException e) {
            throw new AbortException(e.getMessage());
        }
        // A block around this one has variables of its own, perhaps credentials for another server.
        env.keySet()
                .removeIf(
                        variable -> OF_THE_BLOCK.contains(variable) || variable.startsWith(SensitiveParams.VARIABLES));
        env.putAll(all);
    }

    @NonNull
    @Override
    public Set<String> getSensitiveVariables() {
        Set<String> variables = new TreeSet<>(TrainingVariables.SECRETS);
        variables.addAll(KeptSecrets.orNone(secrets).variables());
        return variables;
    }
}
