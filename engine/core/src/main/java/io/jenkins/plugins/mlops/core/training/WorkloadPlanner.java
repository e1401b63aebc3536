package io.jenkins.plugins.mlops.core.training;

import io.fabric8.kubernetes.api.model.Quantity;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.workload.ClusterProfile;
import io.jenkins.plugins.mlops.core.workload.Workload;
import io.jenkins.plugins.mlops.core.workload.Workload.Identity;
import io.jenkins.plugins.mlops.core.workload.Workload.Kind;
import io.jenkins.plugins.mlops.core.workload.Workload.Limits;
import io.jenkins.plugins.mlops.core.workload.Workload.Placement;
import io.jenkins.plugins.mlops.core.workload.Workload.PodResources;
import io.jenkins.plugins.mlops.core.workload.Workload.Role;
import io.jenkins.plugins.mlops.core.workload.Workload.Security;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Plans the workloads of a training. What is not said comes from the product's defaults, over those the profile's, over those the
 * specification's; then the profile's limits are held against the outcome, and whatever breaks one is named with its limit.
 */
public final class WorkloadPlanner {

    /** As long as most schedulers' own patience, and short enough that nobody waits for nothing over a weekend. */
    static final Duration DEFAULT_QUEUE = Duration.ofHours(12);

    static final Duration DEFAULT_RUN = Duration.ofDays(7);
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);
    private static final String DEFAULT_SHM = "1Gi";
    private static final int DEFAULT_INFRASTRUCTURE_RETRIES = 3;
    private static final int NAME_LENGTH = 40;
    private static final int ID_LENGTH = 8;

    private final WorkloadRequest request;
    private final ClusterProfile profile;
    private final WorkloadOptions options;

    /** For a training. */
    public WorkloadPlanner(TrainingSpecification specification, ClusterProfile profile) {
        this(WorkloadRequest.of(specification), profile);
    }

    /** @throws MlopsException of kind REFUSED that names every key which the profile does not allow, each with its limit */
    public WorkloadPlanner(WorkloadRequest request, ClusterProfile profile) {
        this.request = request;
        this.profile = profile;
        this.options = request.kubernetes().over(profile.defaults());
        List<String> refused = new ProfileLimits(request, profile, options).refused();
        if (!refused.isEmpty()) {
            throw MlopsException.refused(
                    "The cluster's profile does not allow '" + request.name() + "': " + String.join("; ", refused));
        }
        if (request.image() == null) {
            throw MlopsException.usage(
                    "'" + request.name() + "' names no image: set the key 'image' to what its pods are to run");
        }
    }

    public Delivery delivery() {
        return options.delivery() == null ? Delivery.INIT : options.delivery();
    }

    public Code code() {
        return options.code() != null ? options.code() : request.command() == null ? Code.IMAGE : Code.UPLOAD;
    }

    /** The workload that trains. @param image by digest @param plan null when pods need nothing of the tool */
    public Workload training(
            Identity identity, String image, Map<String, String> environment, Set<String> secrets, PodPlan plan) {
        return workload(
                identity,
                options,
                image,
                request.command(),
                environment,
                secrets,
                plan,
                request.nodes(),
                resources(),
                request.retries());
    }

    /** The workload that measures a model: one pod, with what the profile says for evaluations alone. */
    public Workload evaluation(
            Identity identity,
            String image,
            List<String> command,
            Map<String, String> environment,
            Set<String> secrets,
            PodPlan plan) {
        WorkloadOptions own = profile.evaluation().over(options);
        return workload(identity, own, image, command, environment, secrets, plan, 1, resources(), 0);
    }

    /** The workload that fills the cache: where the training's pods will run, without a GPU. */
    public Workload staging(Identity identity, PodPlan plan) {
        PodPlan supplies = new PodPlan(
                plan.toolImage(), plan.endpoint(), plan.region(), plan.supplies(), plan.cache(), null, null, null);
        PodResources small = new PodResources(0, null, "1", "1Gi", null);
        return workload(identity, options, plan.toolImage(), null, Map.of(), Set.of(), supplies, 1, small, 0);
    }

    private Workload workload(
            Identity identity,
            WorkloadOptions chosen,
            String image,
            List<String> command,
            Map<String, String> environment,
            Set<String> secrets,
            PodPlan plan,
            int nodes,
            PodResources resources,
            int failureRetries) {
        boolean staging = identity.role() == Role.STAGING;
        return new Workload(
                name(identity),
                staging || chosen.kind() == null ? Kind.JOB : chosen.kind(),
                identity,
                nodes,
                image,
                command,
                staging || code() == Code.IMAGE ? null : PodPlan.ROOT + "/code",
                environment,
                secrets,
                resources,
                placement(chosen),
                new Security(!Boolean.FALSE.equals(chosen.restricted()), chosen.user(), group(chosen)),
                limits(chosen, failureRetries),
                plan);
    }

    /** Of the volumes, so that the tool's user and the image's, which differ, both read and write them. */
    private static Long group(WorkloadOptions chosen) {
        return chosen.group() == null ? Long.valueOf(1000) : chosen.group();
    }

    private Placement placement(WorkloadOptions chosen) {
        return new Placement(
                chosen.nodeSelector(),
                chosen.tolerations(),
                chosen.priorityClass(),
                chosen.serviceAccount(),
                chosen.imagePullSecrets(),
                chosen.queue(),
                chosen.runtimeClass(),
                null);
    }

    private PodResources resources() {
        TrainingSpecification.Resources wanted = request.resources();
        ClusterProfile.Amounts usual = profile.resources();
        String gpu = wanted.gpuResource() == null ? profile.gpuResource() : wanted.gpuResource();
        return new PodResources(
                wanted.gpus(),
                wanted.gpus() == 0 ? null : gpu,
                wanted.cpu() == null ? usual.cpu() : wanted.cpu(),
                wanted.memory() == null ? usual.memory() : wanted.memory(),
                shm());
    }

    private String shm() {
        if (request.resources().shm() != null) {
            return request.resources().shm();
        }
        return profile.resources().shm() == null
                ? DEFAULT_SHM
                : profile.resources().shm();
    }

    private Limits limits(WorkloadOptions chosen, int failureRetries) {
        return new Limits(
                duration(
                        request.deadlines().queue(),
                        profile.deadlines().queue(),
                        profile.limits().queue(),
                        DEFAULT_QUEUE),
                duration(
                        request.deadlines().run(),
                        profile.deadlines().run(),
                        profile.limits().run(),
                        DEFAULT_RUN),
                chosen.grace() == null ? DEFAULT_GRACE : chosen.grace().duration(),
                chosen.silence() == null ? null : chosen.silence().duration(),
                chosen.infrastructureRetries() == null
                        ? DEFAULT_INFRASTRUCTURE_RETRIES
                        : chosen.infrastructureRetries(),
                failureRetries);
    }

    /** What nobody says is at most what is allowed. */
    private static Duration duration(TimeLimit said, TimeLimit usual, TimeLimit most, Duration otherwise) {
        if (said != null) {
            return said.duration();
        }
        Duration unsaid = usual == null ? otherwise : usual.duration();
        return most == null || most.duration().compareTo(unsaid) > 0 ? unsaid : most.duration();
    }

    /** A DNS label that says what runs and is the same for the same run and role. */
    private String name(Identity identity) {
        String suffix = "-" + identity.run().replace("-", "").substring(0, ID_LENGTH)
                + (identity.role() == Role.TRAINING
                        ? ""
                        : "-" + identity.role().name().toLowerCase(Locale.ROOT).charAt(0));
        String words = request.name()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^[^a-z]+|-+$", "");
        String start = words.isEmpty() ? "training" : words;
        int room = NAME_LENGTH - suffix.length();
        return (start.length() > room ? start.substring(0, room).replaceAll("-+$", "") : start) + suffix;
    }

    /** Holds a profile's limits against what is wanted. */
    private record ProfileLimits(WorkloadRequest request, ClusterProfile profile, WorkloadOptions options) {

        List<String> refused() {
            List<String> refused = new ArrayList<>();
            ClusterProfile.Limits limits = profile.limits();
            TrainingSpecification.Resources wanted = request.resources();
            most(refused, "resources.gpus", wanted.gpus(), limits.gpus());
            most(refused, "nodes", request.nodes(), limits.nodes());
            most(refused, "GPUs of all nodes", wanted.gpus() * request.nodes(), limits.totalGpus());
            ClusterProfile.Amounts unsaid = profile.resources();
            amount(refused, "resources.cpu", wanted.cpu(), unsaid.cpu(), limits.cpu());
            amount(refused, "resources.memory", wanted.memory(), unsaid.memory(), limits.memory());
            time(refused, "deadlines.queue", request.deadlines().queue(), limits.queue());
            time(refused, "deadlines.run", request.deadlines().run(), limits.run());
            WorkloadOptions own = request.kubernetes();
            WorkloadOptions usual = profile.defaults();
            oneOf(refused, "kubernetes.kind", own.kind(), usual.kind(), limits.kinds());
            oneOf(refused, "kubernetes.queue", own.queue(), usual.queue(), limits.queues());
            oneOf(
                    refused,
                    "kubernetes.priorityClass",
                    own.priorityClass(),
                    usual.priorityClass(),
                    orNothing(limits.priorityClasses()));
            oneOf(
                    refused,
                    "kubernetes.serviceAccount",
                    own.serviceAccount(),
                    usual.serviceAccount(),
                    orNothing(limits.serviceAccounts()));
            oneOf(
                    refused,
                    "kubernetes.runtimeClass",
                    own.runtimeClass(),
                    usual.runtimeClass(),
                    limits.runtimeClasses());
            if (own.imagePullSecrets() != null) {
                for (String secret : own.imagePullSecrets()) {
                    if (usual.imagePullSecrets() == null
                            || !usual.imagePullSecrets().contains(secret)) {
                        oneOf(refused, "kubernetes.imagePullSecrets", secret, null, limits.imagePullSecrets());
                    }
                }
            }
            if (Boolean.FALSE.equals(own.restricted())
                    && !Boolean.FALSE.equals(usual.restricted())
                    && !Boolean.TRUE.equals(limits.privileged())) {
                refused.add("kubernetes.restricted is false, which the profile does not allow (limits.privileged)");
            }
            image(refused, limits.images());
            return refused;
        }

        /** What gives rights is allowed only where the profile says so. */
        private static List<String> orNothing(List<String> allowed) {
            return allowed == null ? List.of() : allowed;
        }

        private static void most(List<String> refused, String key, int wanted, Integer most) {
            if (most != null && wanted > most) {
                refused.add(key + " is " + wanted + ", at most " + most + " are allowed");
            }
        }

        /** @param usual what the profile itself gives where nothing is wanted; a pod without any could take all of a node */
        private static void amount(List<String> refused, String key, String wanted, String usual, String most) {
            if (wanted == null && usual == null && most != null) {
                refused.add(key + " is not said, at most " + most + " is allowed");
            }
            if (wanted != null
                    && most != null
                    && Quantity.getAmountInBytes(new Quantity(wanted))
                                    .compareTo(Quantity.getAmountInBytes(new Quantity(most)))
                            > 0) {
                refused.add(key + " is " + wanted + ", at most " + most + " is allowed");
            }
        }

        private static void time(List<String> refused, String key, TimeLimit wanted, TimeLimit most) {
            if (wanted != null && most != null && wanted.duration().compareTo(most.duration()) > 0) {
                refused.add(key + " is " + wanted + ", at most " + most + " is allowed");
            }
        }

        private static <T> void oneOf(List<String> refused, String key, T wanted, T usual, Collection<T> allowed) {
            if (wanted != null && allowed != null && !wanted.equals(usual) && !allowed.contains(wanted)) {
                refused.add(key + " is " + wanted
                        + (allowed.isEmpty()
                                ? ", which the profile alone sets"
                                : ", one of " + allowed + " is allowed"));
            }
        }

        private void image(List<String> refused, List<String> allowed) {
            String image = request.image();
            if (allowed != null && image != null && allowed.stream().noneMatch(image::startsWith)) {
                refused.add("image is " + image + ", one that begins with one of " + allowed + " is allowed");
            }
        }
    }
}
