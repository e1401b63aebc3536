package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.pod.FetchedOutputs;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Plans what the pods of a training bring and keep, and what its commands see of that. */
final class PodPlans {

    private static final RunDirectory ANY = RunDirectory.at(PodPlan.root(), "model");

    private final ClusterServices services;
    private final ClusterTrainingState state;
    private final TrainingSpecification specification;
    private final RunDirectory inPod;
    private final PodPlanning planning;

    PodPlans(ClusterServices services, ClusterTrainingState state) {
        this.services = services;
        this.state = state;
        this.specification = state.specification;
        this.planning = new PodPlanning(services, state.toolImage);
        this.inPod = RunDirectory.at(PodPlan.root(), specification.outputs().model());
    }

    /** @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when the profile lacks what pods need */
    static void check(TrainingSpecification specification, ClusterProfile profile, WorkloadPlanner planner) {
        PodPlanning.check(specification.name(), profile, planner.delivery(), datasets(specification));
    }

    private static List<DatasetReference> datasets(TrainingSpecification specification) {
        List<DatasetReference> all = new ArrayList<>();
        if (specification.datasets().training() != null) {
            all.add(specification.datasets().training());
        }
        if (specification.evaluation() != null && specification.evaluation().dataset() != null) {
            all.add(specification.evaluation().dataset());
        }
        return all;
    }

    S3Uri codePrefix() {
        return planning.below("code/");
    }

    S3Uri parentPrefix() {
        return planning.below("parents/");
    }

    Workload staging(WorkloadPlanner planner) {
        List<PodPlan.Supply> supplies = new ArrayList<>();
        addTrainingDataset(supplies, planner.delivery());
        return planner.staging(identity(Workload.Role.STAGING), planning.plan(supplies, null, List.of(), Map.of()));
    }

    Workload training(WorkloadPlanner planner, TrackedRun run) {
        List<PodPlan.Supply> supplies = codeAndParent();
        addTrainingDataset(supplies, planner.delivery());
        PodPlan.Keep keep = new PodPlan.Keep(
                name(inPod.output()),
                planning.below("runs/" + state.id + "/training/").toString(),
                name(inPod.checkpoints()),
                planning.below("runs/" + state.id + "/checkpoints/").toString(),
                fingerprint());
        PodPlan plan = planning.plan(
                supplies,
                keep,
                List.of(name(inPod.output()), name(inPod.model()), name(inPod.checkpoints())),
                params());
        Map<String, String> environment =
                new CommandEnvironment(specification, inPod, services.training().mlflow(), run).training();
        environment.put("MLOPS_CHECKPOINT_URI", plan.keep().checkpointsUri());
        environment.putAll(services.sensitive().variables());
        return planner.training(
                identity(Workload.Role.TRAINING), state.image, plain(environment), secretNames(environment), plan);
    }

    /** @param attempt of the training, which the model is taken from */
    Workload evaluation(WorkloadPlanner planner, TrackedRun run, int attempt) {
        List<PodPlan.Supply> supplies = codeAndParent();
        String manifest = FetchedOutputs.manifest(state.training.plan().keep(), attempt, 0);
        supplies.add(PodPlan.Supply.of("model", manifest, name(inPod.output())));
        supplies.add(planning.evaluationDataset(
                specification.evaluation().dataset(),
                state.evaluationDataset,
                name(inPod.evaluationDataset()),
                planner.delivery()));
        addTrainingDataset(supplies, planner.delivery());
        PodPlan.Keep keep = new PodPlan.Keep(
                name(inPod.evaluation()),
                planning.below("runs/" + state.id + "/evaluation/").toString(),
                null,
                null,
                null);
        PodPlan plan =
                planning.plan(supplies, keep, List.of(name(inPod.evaluation()), name(inPod.checkpoints())), params());
        Map<String, String> environment =
                new CommandEnvironment(specification, inPod, services.training().mlflow(), run).evaluation();
        return planner.evaluation(
                identity(Workload.Role.EVALUATION),
                state.image,
                specification.evaluation().command(),
                plain(environment),
                secretNames(environment),
                plan);
    }

    private List<PodPlan.Supply> codeAndParent() {
        List<PodPlan.Supply> supplies = new ArrayList<>();
        if (state.code != null) {
            supplies.add(PodPlan.Supply.of("code", state.code, "code"));
        }
        if (state.parentFiles != null) {
            supplies.add(PodPlan.Supply.of("parent model", state.parentFiles, name(inPod.parent())));
        }
        return supplies;
    }

    private void addTrainingDataset(List<PodPlan.Supply> supplies, Delivery delivery) {
        DatasetReference training = specification.datasets().training();
        if (training != null) {
            supplies.add(
                    planning.trainingDataset(training, state.trainingDataset, name(inPod.trainingDataset()), delivery));
        }
    }

    private Map<String, String> params() {
        return Map.of(name(inPod.params()), Documents.toJson(specification.params()));
    }

    /** What must be the same for a checkpoint to be gone on from; not who runs it, where, and how often it may be tried. */
    private String fingerprint() {
        Map<String, Object> same = new TreeMap<>();
        same.put("command", String.valueOf(specification.command()));
        same.put("image", state.image);
        same.put("code", String.valueOf(state.code));
        same.put("params", Documents.toJson(specification.params()));
        same.put("seed", String.valueOf(specification.seed()));
        same.put("environment", specification.environment());
        same.put("nodes", specification.nodes());
        same.put("parent", String.valueOf(state.parentDigest));
        same.put("dataset", state.trainingDataset == null ? "" : state.trainingDataset.sourceId());
        return Digest.of(Documents.toJson(same).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** A path in the pod as plans name it: below the root. */
    private static String name(Path path) {
        return ANY.root().relativize(path).toString();
    }

    private Workload.Identity identity(Workload.Role role) {
        return new Workload.Identity(state.controller, state.id, role, services.link());
    }

    private static Map<String, String> plain(Map<String, String> environment) {
        Map<String, String> plain = new TreeMap<>(environment);
        plain.keySet().removeIf(PodPlans::isSecret);
        return plain;
    }

    private static Set<String> secretNames(Map<String, String> environment) {
        Set<String> names = new TreeSet<>(environment.keySet());
        names.removeIf(name -> !isSecret(name));
        return names;
    }

    private static boolean isSecret(String variable) {
        return TrainingVariables.SECRETS.contains(variable) || variable.startsWith(SensitiveParams.VARIABLES);
    }

    /** The values of all secret variables of a role's pods. */
    Map<String, String> secrets(Workload.Role role) {
        Map<String, String> secrets = new TreeMap<>();
        if (role != Workload.Role.STAGING) {
            secrets.putAll(
                    TrainingVariables.credentials(services.training().mlflow().credentials()));
            secrets.keySet().retainAll(TrainingVariables.SECRETS);
        }
        if (role == Workload.Role.TRAINING) {
            secrets.putAll(services.sensitive().variables());
        }
        secrets.putAll(planning.keys(role));
        return secrets;
    }

    static Workload preferring(Workload workload, List<String> nodes) {
        Workload.Placement place = workload.placement();
        return new Workload(
                workload.name(),
                workload.kind(),
                workload.identity(),
                workload.nodes(),
                workload.image(),
                workload.command(),
                workload.directory(),
                workload.environment(),
                workload.secretEnvironment(),
                workload.resources(),
                new Workload.Placement(
                        place.nodeSelector(),
                        place.tolerations(),
                        place.priorityClass(),
                        place.serviceAccount(),
                        place.imagePullSecrets(),
                        place.queue(),
                        place.runtimeClass(),
                        nodes),
                workload.security(),
                workload.limits(),
                workload.plan());
    }
}
