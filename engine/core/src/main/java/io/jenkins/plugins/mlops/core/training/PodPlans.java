package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.pod.FetchedOutputs;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
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

    private static final RunDirectory ANY = RunDirectory.at(Path.of(PodPlan.ROOT), "model");

    private final ClusterServices services;
    private final ClusterTrainingState state;
    private final TrainingSpecification specification;
    private final RunDirectory inPod;

    PodPlans(ClusterServices services, ClusterTrainingState state) {
        this.services = services;
        this.state = state;
        this.specification = state.specification;
        this.inPod =
                RunDirectory.at(Path.of(PodPlan.ROOT), specification.outputs().model());
    }

    /** @throws MlopsException of kind USAGE when the profile lacks what pods need */
    static void check(TrainingSpecification specification, ClusterProfile profile, WorkloadPlanner planner) {
        if (profile.outputs() == null) {
            throw MlopsException.usage(
                    "The cluster's profile names no 'outputs': pods need an s3:// prefix to keep models in");
        }
        if (profile.toolImage() == null) {
            throw MlopsException.usage(
                    "The cluster's profile names no 'toolImage': pods need the mlops tool to bring data and keep outputs");
        }
        if (planner.delivery() == Delivery.STAGE && profile.cache() == null) {
            throw MlopsException.usage("The delivery 'stage' of '" + specification.name()
                    + "' needs a 'cache' in the cluster's profile, which the staged data stays in");
        }
        for (DatasetReference dataset : datasets(specification)) {
            if (dataset.manifest() != null && !S3Uri.isS3(dataset.manifest())) {
                throw MlopsException.usage(
                        "The manifest " + dataset.manifest()
                                + " is a file, which pods cannot read: publish the dataset, and name the manifest in the bucket");
            }
        }
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
        return below("code/");
    }

    S3Uri parentPrefix() {
        return below("parents/");
    }

    private S3Uri below(String path) {
        String outputs = services.profile().outputs();
        return S3Uri.parse(outputs.endsWith("/") ? outputs : outputs + "/").resolve(path);
    }

    Workload staging(WorkloadPlanner planner) {
        List<PodPlan.Supply> supplies = new ArrayList<>();
        addTrainingDataset(supplies, planner.delivery());
        return planner.staging(identity(Workload.Role.STAGING), plan(supplies, null, List.of(), Map.of()));
    }

    Workload training(WorkloadPlanner planner, TrackedRun run) {
        List<PodPlan.Supply> supplies = codeAndParent();
        addTrainingDataset(supplies, planner.delivery());
        PodPlan.Keep keep = new PodPlan.Keep(
                name(inPod.output()),
                below("runs/" + state.id + "/training/").toString(),
                name(inPod.checkpoints()),
                below("runs/" + state.id + "/checkpoints/").toString(),
                fingerprint());
        PodPlan plan = plan(
                supplies,
                keep,
                List.of(name(inPod.output()), name(inPod.model()), name(inPod.checkpoints())),
                params());
        Map<String, String> environment =
                new CommandEnvironment(specification, inPod, services.training().mlflow(), run).training();
        environment.put("MLOPS_CHECKPOINT_URI", plan.keep().checkpointsUri());
        return planner.training(
                identity(Workload.Role.TRAINING), state.image, plain(environment), secretNames(environment), plan);
    }

    /** @param attempt of the training, which the model is taken from */
    Workload evaluation(WorkloadPlanner planner, TrackedRun run, int attempt) {
        List<PodPlan.Supply> supplies = codeAndParent();
        String manifest = FetchedOutputs.manifest(state.training.plan().keep(), attempt, 0);
        supplies.add(new PodPlan.Supply("model", manifest, null, null, name(inPod.output()), null, null));
        add(
                supplies,
                "evaluation dataset",
                specification.evaluation().dataset(),
                state.evaluationDataset,
                inPod.evaluationDataset(),
                planner.delivery());
        addTrainingDataset(supplies, planner.delivery());
        PodPlan.Keep keep = new PodPlan.Keep(
                name(inPod.evaluation()),
                below("runs/" + state.id + "/evaluation/").toString(),
                null,
                null,
                null);
        PodPlan plan = plan(supplies, keep, List.of(name(inPod.evaluation()), name(inPod.checkpoints())), params());
        Map<String, String> environment =
                new CommandEnvironment(specification, inPod, services.training().mlflow(), run).evaluation();
        return planner.evaluation(
                identity(Workload.Role.EVALUATION), state.image, plain(environment), secretNames(environment), plan);
    }

    private List<PodPlan.Supply> codeAndParent() {
        List<PodPlan.Supply> supplies = new ArrayList<>();
        if (state.code != null) {
            supplies.add(new PodPlan.Supply("code", state.code, null, null, "code", null, null));
        }
        if (state.parentFiles != null) {
            supplies.add(new PodPlan.Supply(
                    "parent model", state.parentFiles, null, null, name(inPod.parent()), null, null));
        }
        return supplies;
    }

    private void addTrainingDataset(List<PodPlan.Supply> supplies, Delivery delivery) {
        DatasetReference training = specification.datasets().training();
        if (training != null) {
            add(supplies, "training dataset", training, state.trainingDataset, inPod.trainingDataset(), delivery);
        }
    }

    private void add(
            List<PodPlan.Supply> supplies,
            String what,
            DatasetReference reference,
            DatasetVersion version,
            Path into,
            Delivery delivery) {
        BucketMounts.Place place = BucketMounts.NOWHERE;
        if (delivery == Delivery.MOUNT) {
            Manifest manifest = services.training()
                    .datasets()
                    .manifest(reference)
                    .orElseThrow(() -> MlopsException.usage("The " + what + " " + reference
                            + " has no manifest to check what is mounted against: take a snapshot ('mlops dataset"
                            + " snapshot') and name its manifest, or have it brought (kubernetes.delivery: init)"));
            place = new BucketMounts(services.profile().mounts()).find(manifest, what);
        }
        supplies.add(new PodPlan.Supply(
                what,
                reference.manifest(),
                reference.from(),
                version.sourceId(),
                name(into),
                place.claim(),
                place.subPath()));
    }

    private PodPlan plan(
            List<PodPlan.Supply> supplies, PodPlan.Keep keep, List<String> directories, Map<String, String> files) {
        ObjectStoreSettings store = services.storeSettings();
        return new PodPlan(
                state.toolImage,
                store.endpoint(),
                store.region(),
                supplies,
                services.profile().cache(),
                keep,
                directories,
                files);
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
        plain.keySet().removeAll(TrainingVariables.SECRETS);
        return plain;
    }

    private static Set<String> secretNames(Map<String, String> environment) {
        Set<String> names = new TreeSet<>(environment.keySet());
        names.retainAll(TrainingVariables.SECRETS);
        return names;
    }

    /** The values of all secret variables of a role's pods. */
    Map<String, String> secrets(Workload.Role role) {
        Map<String, String> secrets = new TreeMap<>();
        if (role != Workload.Role.STAGING) {
            secrets.putAll(
                    TrainingVariables.credentials(services.training().mlflow().credentials()));
            secrets.keySet().retainAll(TrainingVariables.SECRETS);
        }
        ObjectStoreSettings.Credentials keys = services.storeSettings().credentials();
        if (keys != null) {
            secrets.put("AWS_ACCESS_KEY_ID", keys.accessKeyId());
            secrets.put("AWS_SECRET_ACCESS_KEY", keys.secretAccessKey());
            if (keys.sessionToken() != null) {
                secrets.put("AWS_SESSION_TOKEN", keys.sessionToken());
            }
        }
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
