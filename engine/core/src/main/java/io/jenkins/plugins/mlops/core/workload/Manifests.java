package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes an attempt's Kubernetes objects of a {@link Workload}. The main object is to be created first, then those that depend on
 * it, which it owns: whoever removes it removes all, and the pods wait for the others for that moment. Everything follows from the
 * arguments alone, so that whoever comes later makes the same objects.
 */
public final class Manifests {

    private Manifests() {}

    /**
     * @param main the object that a controller of the cluster runs
     * @param dependents what is to be created after it, with {@link #owned}
     */
    public record Objects(HasMetadata main, List<HasMetadata> dependents) {

        public Objects {
            dependents = List.copyOf(dependents);
        }

        /** The dependents as the property of the main object that the cluster has. @param created with its uid */
        public List<HasMetadata> owned(HasMetadata created) {
            OwnerReference owner = new OwnerReferenceBuilder()
                    .withApiVersion(created.getApiVersion())
                    .withKind(created.getKind())
                    .withName(created.getMetadata().getName())
                    .withUid(created.getMetadata().getUid())
                    .build();
            dependents.forEach(
                    dependent -> dependent.getMetadata().setOwnerReferences(new ArrayList<>(List.of(owner))));
            return dependents;
        }
    }

    /**
     * @param attempt 1 or more
     * @param secrets values of the workload's secret variables, and of the object store's {@code AWS_*} for its tool containers alone
     */
    public static Objects of(Workload workload, int attempt, Map<String, String> secrets) {
        PodTemplates templates = new PodTemplates(workload, attempt, secrets.keySet());
        HasMetadata main =
                switch (workload.kind()) {
                    case JOB -> JobObject.of(workload, attempt, templates);
                    case JOBSET -> JobSetObject.of(workload, attempt, templates);
                    case PYTORCHJOB -> PyTorchJobObject.of(workload, attempt, templates);
                    case VOLCANO -> VolcanoJobObject.of(workload, attempt, templates);
                };
        List<HasMetadata> dependents = new ArrayList<>();
        if (!secrets.isEmpty()) {
            dependents.add(secret(workload, attempt, secrets));
        }
        if (workload.kind() == Workload.Kind.JOB && workload.nodes() > 1) {
            dependents.add(service(workload, attempt));
        }
        return new Objects(main, dependents);
    }

    /** The kind of the main object, when the cluster's clients do not know it by themselves. */
    public static Optional<ResourceDefinitionContext> customKind(Workload.Kind kind) {
        return switch (kind) {
            case JOB -> Optional.empty();
            case JOBSET -> Optional.of(JobSetObject.KIND);
            case PYTORCHJOB -> Optional.of(PyTorchJobObject.KIND);
            case VOLCANO -> Optional.of(VolcanoJobObject.KIND);
        };
    }

    private static Secret secret(Workload workload, int attempt, Map<String, String> secrets) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(workload.attemptName(attempt))
                .withLabels(Labels.of(workload.identity(), attempt))
                .endMetadata()
                .withType("Opaque")
                .withStringData(new TreeMap<>(secrets))
                .build();
    }

    /** Gives each pod of an Indexed Job a name, before it is ready too: ranks look for each other while they start. */
    private static Service service(Workload workload, int attempt) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(workload.attemptName(attempt))
                .withLabels(Labels.of(workload.identity(), attempt))
                .endMetadata()
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(Labels.of(workload.identity(), attempt))
                .endSpec()
                .build();
    }
}
