package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The main object of an attempt in words that all kinds share: a Job, JobSet, PyTorchJob or Volcano's Job. */
final class Owner {

    private static final String KUEUE = "kueue.x-k8s.io/";
    private static final Set<String> VOLCANO_ENDED = Set.of("Failed", "Aborted", "Terminated");

    private final HasMetadata object;
    private final boolean gone;

    /** A condition that holds. */
    record Condition(String type, String reason, String message) {}

    private Owner(HasMetadata object, boolean gone) {
        this.object = object;
        this.gone = gone;
    }

    /** The one that no other of ours owns; empty before it was seen. */
    static Optional<Owner> of(Observation seen) {
        return seen.owners().stream()
                .filter(owner -> !isKueue(owner))
                .filter(owner -> owner.getMetadata().getOwnerReferences().stream()
                        .noneMatch(reference -> seen.owner(reference.getUid()).isPresent()))
                .findFirst()
                .map(owner -> new Owner(owner, seen.isGone(owner.getMetadata().getUid())));
    }

    /** Kueue's view of it; empty when Kueue has none, or we may not read it. */
    static Optional<GenericKubernetesResource> kueueWorkload(Observation seen) {
        return seen.owners().stream()
                .filter(Owner::isKueue)
                .filter(owner -> !seen.isGone(owner.getMetadata().getUid()))
                .filter(GenericKubernetesResource.class::isInstance)
                .map(GenericKubernetesResource.class::cast)
                .findFirst();
    }

    private static boolean isKueue(HasMetadata owner) {
        return String.valueOf(owner.getApiVersion()).startsWith(KUEUE);
    }

    String title() {
        return object.getKind() + " " + object.getMetadata().getName();
    }

    boolean isGone() {
        return gone;
    }

    boolean isSuspended() {
        return object instanceof Job job
                ? job.getSpec() != null && Boolean.TRUE.equals(job.getSpec().getSuspend())
                : object instanceof GenericKubernetesResource other
                        && Boolean.TRUE.equals(other.get("spec", "suspend"));
    }

    boolean hasSucceeded() {
        return condition("Complete").isPresent()
                || condition("Completed").isPresent()
                || condition("Succeeded").isPresent()
                || "Completed".equals(volcanoPhase());
    }

    /** Why it failed, in its controller's words; empty when it did not. */
    Optional<Condition> failure() {
        Optional<Condition> failed = condition("Failed");
        if (failed.isEmpty() && volcanoPhase() != null && VOLCANO_ENDED.contains(volcanoPhase())) {
            GenericKubernetesResource other = (GenericKubernetesResource) object;
            return Optional.of(new Condition(
                    "Failed",
                    text(other.get("status", "state", "reason")),
                    text(other.get("status", "state", "message"))));
        }
        return failed;
    }

    private String volcanoPhase() {
        return object instanceof GenericKubernetesResource other ? text(other.get("status", "state", "phase")) : null;
    }

    private Optional<Condition> condition(String type) {
        if (object instanceof Job job) {
            return job.getStatus() == null
                    ? Optional.empty()
                    : job.getStatus().getConditions().stream()
                            .filter(one -> type.equals(one.getType()) && "True".equals(one.getStatus()))
                            .findFirst()
                            .map(one -> new Condition(type, one.getReason(), one.getMessage()));
        }
        return object instanceof GenericKubernetesResource other ? condition(other, type) : Optional.empty();
    }

    static Optional<Condition> condition(GenericKubernetesResource object, String type) {
        return conditions(object).stream()
                .filter(one -> type.equals(one.get("type")) && "True".equals(one.get("status")))
                .findFirst()
                .map(one -> new Condition(type, text(one.get("reason")), text(one.get("message"))));
    }

    /** All of them, whatever their status. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> conditions(GenericKubernetesResource object) {
        Object conditions = object.get("status", "conditions");
        return conditions instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map(one -> (Map<String, Object>) one)
                        .toList()
                : List.of();
    }

    private static String text(Object value) {
        return Objects.toString(value, null);
    }
}
