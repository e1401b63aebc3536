package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The pods of an attempt: the command's container, and beside it those of the {@code mlops} tool, which have the object store's keys
 * where the command has none. {@code supply} and {@code await-rank-0} run before the command, {@code keep} beside it and until it
 * has kept what the command left.
 */
final class PodTemplates {

    /** Longest time that keeping the outputs may take after the command's end. */
    static final long KEEP_SECONDS = 600;

    /** Longest start of the keeper, which is a small JVM on a node that may be busy. */
    private static final int KEEPER_START_SECONDS = 300;

    private static final Map<String, Quantity> TOOL_REQUESTS =
            new TreeMap<>(Map.of("cpu", new Quantity("100m"), "memory", new Quantity("256Mi")));
    private static final Map<String, Quantity> TOOL_LIMITS =
            new TreeMap<>(Map.of("cpu", new Quantity("2"), "memory", new Quantity("1Gi")));

    private final Workload workload;
    private final int attempt;
    private final Set<String> secrets;
    private final Rendezvous rendezvous;
    private final PodVolumes volumes;

    PodTemplates(Workload workload, int attempt, Set<String> secrets) {
        this.workload = workload;
        this.attempt = attempt;
        this.secrets = secrets;
        this.rendezvous = Rendezvous.of(workload, attempt);
        this.volumes = new PodVolumes(workload);
    }

    /**
     * The template.
     *
     * @param rankField what the cluster's downward API knows the rank by
     * @param rankOffset what is added to that for the rank
     */
    PodTemplateSpec of(String rankField, int rankOffset) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(Labels.of(workload.identity(), attempt))
                .withAnnotations(annotations(workload))
                .endMetadata()
                .withSpec(spec(rankField, rankOffset))
                .build();
    }

    static Map<String, String> annotations(Workload workload) {
        Map<String, String> annotations = new TreeMap<>();
        if (workload.identity().link() != null) {
            annotations.put(Labels.LINK, workload.identity().link());
        }
        return annotations;
    }

    private PodSpec spec(String rankField, int rankOffset) {
        List<EnvVar> rank = rank(rankField, rankOffset);
        return placed().withTerminationGracePeriodSeconds(grace())
                .withInitContainers(toolContainers(rank))
                .withContainers(isStaging() ? supply(rank) : command(rank))
                .withVolumes(volumes.volumes())
                .build();
    }

    /**
     * The pod of a Jenkins agent.
     *
     * @param cache volume of datasets, null for none
     * @param agent name of the agent's container
     * @param variable by which the agent finds the cache
     */
    PodSpec agent(PodPlan.Cache cache, String agent, String variable) {
        ContainerBuilder beside = new ContainerBuilder().withName(agent);
        List<Volume> all = new ArrayList<>(volumes.shm());
        if (cache != null) {
            all.add(PodVolumes.cacheVolume(cache));
            beside.withVolumeMounts(PodVolumes.cacheMount()).withEnv(variable(variable, PodPlan.CACHE_ROOT));
        }
        Container training = new ContainerBuilder()
                .withName(workload.container())
                .withImage(workload.image())
                .withCommand(workload.command())
                .withTty(true)
                .withEnv(workload.environment().entrySet().stream()
                        .map(entry -> variable(entry.getKey(), entry.getValue()))
                        .toList())
                .withResources(resources())
                .withSecurityContext(containerSecurity())
                .withVolumeMounts(volumes.shmMount())
                .build();
        return placed().withContainers(training, beside.build())
                .withVolumes(all)
                .build();
    }

    /** What does not depend on what runs in it. */
    private PodSpecBuilder placed() {
        Workload.Placement placement = workload.placement();
        return new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withServiceAccountName(placement.serviceAccount())
                .withPriorityClassName(placement.priorityClass())
                .withRuntimeClassName(placement.runtimeClass())
                .withNodeSelector(placement.nodeSelector().isEmpty() ? null : placement.nodeSelector())
                .withTolerations(placement.tolerations().stream()
                        .map(PodTemplates::toleration)
                        .toList())
                .withAffinity(
                        placement.preferredNodes().isEmpty() ? null : WarmNodes.preferred(placement.preferredNodes()))
                .withImagePullSecrets(placement.imagePullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList())
                .withSecurityContext(podSecurity());
    }

    private boolean isStaging() {
        return workload.identity().role() == Workload.Role.STAGING;
    }

    private long grace() {
        long own = workload.limits().grace().toSeconds();
        return workload.plan() != null && workload.plan().keep() != null ? own + KEEP_SECONDS : own;
    }

    private List<Container> toolContainers(List<EnvVar> rank) {
        List<Container> tools = new ArrayList<>();
        PodPlan plan = workload.plan();
        if (plan == null || isStaging()) {
            return tools;
        }
        tools.add(supply(rank));
        if (workload.nodes() > 1) {
            tools.add(tool("await-rank-0", rank, "await", rendezvous.host() + ":" + Rendezvous.PORT)
                    .build());
        }
        if (plan.keep() != null) {
            // Restarted always, an init container is a sidecar: it runs beside the others and is asked to end after
            // them.
            // The command begins when the probe succeeds: one that ends at once must not end before its keeper is
            // ready.
            tools.add(tool("keep", rank, "keep")
                    .withRestartPolicy("Always")
                    .withNewStartupProbe()
                    .withNewExec()
                    .withCommand("test", "-e", PodPlan.ROOT + "/" + PodPlan.KEEPING)
                    .endExec()
                    .withPeriodSeconds(1)
                    .withFailureThreshold(KEEPER_START_SECONDS)
                    .endStartupProbe()
                    .build());
        }
        return tools;
    }

    private Container supply(List<EnvVar> rank) {
        return tool(isStaging() ? workload.container() : "supply", rank, "supply")
                .build();
    }

    private ContainerBuilder tool(String name, List<EnvVar> rank, String... arguments) {
        List<EnvVar> variables = new ArrayList<>(rank);
        variables.add(variable(PodPlan.VARIABLE, Documents.toJson(workload.plan())));
        variables.add(variable("MLOPS_ATTEMPT", Integer.toString(attempt)));
        secrets.stream()
                .filter(secret -> !workload.secretEnvironment().contains(secret))
                .sorted()
                .forEach(secret -> variables.add(secret(secret)));
        List<String> command = new ArrayList<>(List.of("mlops", "pod"));
        command.addAll(List.of(arguments));
        return new ContainerBuilder()
                .withName(name)
                .withImage(workload.plan().toolImage())
                .withCommand(command)
                .withEnv(variables)
                .withResources(new ResourceRequirementsBuilder()
                        .withRequests(TOOL_REQUESTS)
                        .withLimits(TOOL_LIMITS)
                        .build())
                .withSecurityContext(containerSecurity())
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withVolumeMounts(volumes.ofTools());
    }

    private Container command(List<EnvVar> rank) {
        List<EnvVar> variables = new ArrayList<>();
        workload.environment().forEach((name, value) -> variables.add(variable(name, value)));
        workload.secretEnvironment().forEach(name -> variables.add(secret(name)));
        variables.addAll(rank);
        variables.add(variable("MLOPS_ATTEMPT", Integer.toString(attempt)));
        variables.add(variable(
                "MLOPS_GRACE_SECONDS", Long.toString(workload.limits().grace().toSeconds())));
        variables.addAll(gang());
        return new ContainerBuilder()
                .withName(workload.container())
                .withImage(workload.image())
                .withCommand(workload.command())
                .withWorkingDir(workload.directory())
                .withEnv(variables)
                .withResources(resources())
                .withSecurityContext(containerSecurity())
                .withVolumeMounts(volumes.ofCommand())
                .build();
    }

    private List<EnvVar> rank(String field, int offset) {
        List<EnvVar> variables = new ArrayList<>();
        variables.add(new EnvVarBuilder()
                .withName("MLOPS_RANK")
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(field)
                .endFieldRef()
                .endValueFrom()
                .build());
        if (offset > 0) {
            variables.add(variable("MLOPS_RANK_OFFSET", Integer.toString(offset)));
        }
        variables.add(variable("MLOPS_NODES", Integer.toString(workload.nodes())));
        return variables;
    }

    /** What torchrun ({@code PET_*}) and code without it find the other ranks by; an operator of its own sets that itself. */
    private List<EnvVar> gang() {
        List<EnvVar> variables = new ArrayList<>();
        if (workload.kind() == Workload.Kind.PYTORCHJOB) {
            return variables;
        }
        if (workload.resources().gpus() > 0) {
            variables.add(variable(
                    "PET_NPROC_PER_NODE", Integer.toString(workload.resources().gpus())));
        }
        if (workload.nodes() == 1) {
            return variables;
        }
        String nodes = Integer.toString(workload.nodes());
        String port = Integer.toString(Rendezvous.PORT);
        variables.add(variable("MASTER_ADDR", rendezvous.host()));
        variables.add(variable("MASTER_PORT", port));
        variables.add(variable("WORLD_SIZE", nodes));
        variables.add(variable("RANK", "$(MLOPS_RANK)"));
        variables.add(variable("PET_NNODES", nodes));
        variables.add(variable("PET_NODE_RANK", "$(MLOPS_RANK)"));
        variables.add(variable("PET_MASTER_ADDR", rendezvous.host()));
        variables.add(variable("PET_MASTER_PORT", port));
        return variables;
    }

    private ResourceRequirements resources() {
        Workload.PodResources wanted = workload.resources();
        Map<String, Quantity> amounts = new TreeMap<>();
        put(amounts, "cpu", wanted.cpu());
        put(amounts, "memory", wanted.memory());
        if (wanted.gpus() > 0) {
            put(amounts, wanted.gpuResource(), Integer.toString(wanted.gpus()));
        }
        return new ResourceRequirementsBuilder()
                .withRequests(amounts)
                .withLimits(amounts)
                .build();
    }

    private static void put(Map<String, Quantity> amounts, String name, String amount) {
        if (amount != null) {
            amounts.put(name, new Quantity(amount));
        }
    }

    /** The pod security standard "restricted", version 1.34, as Kubernetes' documentation lists it. */
    private PodSecurityContext podSecurity() {
        Workload.Security security = workload.security();
        PodSecurityContextBuilder context =
                new PodSecurityContextBuilder().withRunAsUser(security.user()).withFsGroup(security.group());
        if (security.restricted()) {
            context.withRunAsNonRoot(true)
                    .withNewSeccompProfile()
                    .withType("RuntimeDefault")
                    .endSeccompProfile();
        }
        return context.build();
    }

    private SecurityContext containerSecurity() {
        if (!workload.security().restricted()) {
            return null;
        }
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build();
    }

    private EnvVar secret(String name) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewSecretKeyRef()
                .withName(workload.attemptName(attempt))
                .withKey(name)
                .endSecretKeyRef()
                .endValueFrom()
                .build();
    }

    private static EnvVar variable(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static Toleration toleration(Workload.Toleration toleration) {
        return new TolerationBuilder()
                .withKey(toleration.key())
                .withOperator(toleration.operator())
                .withValue(toleration.value())
                .withEffect(toleration.effect())
                .build();
    }
}
