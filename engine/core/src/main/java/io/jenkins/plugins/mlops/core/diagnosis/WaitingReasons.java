package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Says why a workload's pods do not run yet. */
public final class WaitingReasons {

    private WaitingReasons() {}

    /**
     * All reasons, the first to be solved first; none when nothing is known, or all pods run or have ended.
     *
     * @param seen the objects of one attempt
     * @param facts asked only where a sentence can use them
     */
    public static List<WaitingReason> of(Workload workload, Observation seen, ClusterFacts facts) {
        Map<String, WaitingReason> reasons = new LinkedHashMap<>();
        List<PodState> pods = PodState.of(workload, seen).stream()
                .filter(pod -> !pod.isGone())
                .toList();
        Optional<Owner> owner = Owner.of(seen).filter(known -> !known.isGone());
        if (owner.isEmpty() && pods.isEmpty()
                || owner.filter(WaitingReasons::isOver).isPresent()) {
            return List.of();
        }
        if (pods.size() < workload.nodes()) {
            queued(workload, seen, owner.filter(Owner::isSuspended).isPresent()).forEach(one -> add(reasons, one));
            Creation.of(seen, null, null)
                    .map(refusal -> new WaitingReason(
                            refusal.key(),
                            refusal.sentence(),
                            refusal.givenUp() || refusal.key().startsWith("create ")))
                    .ifPresent(one -> add(reasons, one));
        }
        for (PodState pod : pods) {
            ofPod(workload, pod, seen, facts).forEach(one -> add(reasons, one));
        }
        return new ArrayList<>(reasons.values());
    }

    private static boolean isOver(Owner owner) {
        return owner.hasSucceeded() || owner.failure().isPresent();
    }

    private static void add(Map<String, WaitingReason> reasons, WaitingReason reason) {
        reasons.putIfAbsent(reason.key(), reason);
    }

    private static List<WaitingReason> queued(Workload workload, Observation seen, boolean suspended) {
        String queue = workload.placement().queue();
        Optional<GenericKubernetesResource> kueue = Owner.kueueWorkload(seen);
        if (kueue.isEmpty()) {
            if (!suspended) {
                return List.of();
            }
            return List.of(
                    queue == null
                            ? new WaitingReason("suspended", "Somebody suspended it, and it waits to be resumed", false)
                            : new WaitingReason(
                                    "queue " + queue,
                                    "Waits in queue '" + queue + "' of Kueue, which has said nothing of it yet",
                                    false));
        }
        if (Owner.condition(kueue.get(), "Admitted").isPresent()) {
            return suspended
                    ? List.of(new WaitingReason(
                            "admitted " + queue, "Queue '" + queue + "' of Kueue has admitted it: it begins", false))
                    : List.of();
        }
        List<WaitingReason> reasons = new ArrayList<>();
        for (Map<String, Object> condition : Owner.conditions(kueue.get())) {
            String type = Objects.toString(condition.get("type"), "");
            String status = Objects.toString(condition.get("status"), "");
            boolean waits = type.equals("QuotaReserved") && status.equals("False")
                    || type.equals("Evicted") && status.equals("True");
            if (waits) {
                String said = Words.tidy(Objects.toString(condition.get("message"), ""));
                reasons.add(new WaitingReason(
                        "queue " + queue + " " + type + " " + Words.key(said),
                        "Waits in queue '" + queue + "' of Kueue (" + type + " is " + status + ", "
                                + condition.get("reason") + "): " + said,
                        false));
            }
        }
        if (reasons.isEmpty()) {
            reasons.add(new WaitingReason(
                    "queue " + queue, "Waits in queue '" + queue + "' of Kueue to be admitted", false));
        }
        return reasons;
    }

    private static List<WaitingReason> ofPod(Workload workload, PodState pod, Observation seen, ClusterFacts facts) {
        if (pod.hasEnded() || pod.isRunning() || pod.hasBegun()) {
            return List.of();
        }
        if (pod.node() == null) {
            return pod.condition("PodScheduled", "False")
                    .map(condition -> unplaced(workload, pod, condition, facts))
                    .map(List::of)
                    .orElseGet(() -> List.of(new WaitingReason(
                            "scheduler", "The scheduler has not looked at " + pod.title() + " yet", false)));
        }
        Optional<PodTrouble.Trouble> trouble = PodTrouble.of(pod, seen, null, null);
        if (trouble.isPresent()) {
            return List.of(new WaitingReason(
                    trouble.get().key(), trouble.get().sentence(), trouble.get().lasting()));
        }
        return List.of(starting(pod, seen));
    }

    private static WaitingReason unplaced(Workload workload, PodState pod, PodCondition condition, ClusterFacts facts) {
        String said = Words.ofScheduler(condition.getMessage());
        if ("SchedulingGated".equals(condition.getReason())) {
            return new WaitingReason(
                    "gated", "Pod " + pod.name() + " is held back by a scheduling gate: " + said, false);
        }
        String more = NodeWords.about(said, workload, facts);
        return new WaitingReason(
                "schedule " + Words.key(said),
                "No node takes pod " + pod.name() + ": " + said + (more.isEmpty() ? "" : "; " + more),
                false);
    }

    /** It has its node and no trouble: what it does until the command begins. */
    private static WaitingReason starting(PodState pod, Observation seen) {
        Optional<ContainerStatus> tool = pod.initContainers()
                .filter(one -> one.getState() != null && one.getState().getRunning() != null)
                .filter(one -> !"keep".equals(one.getName()))
                .findFirst();
        if (tool.isPresent()) {
            String name = tool.get().getName();
            String sentence =
                    switch (name) {
                        case "supply" -> "The data is brought to " + pod.title();
                        case "await-rank-0" -> "Rank " + pod.rank() + " waits for rank 0 (" + pod.title() + ")";
                        default -> "Container " + name + " runs first (" + pod.title() + ")";
                    };
            return new WaitingReason("runs " + name, sentence, false);
        }
        Optional<Event> pull = PodTrouble.newest(PodTrouble.events(pod, seen, "Pulling", "Pulled"));
        if (pull.filter(event -> "Pulling".equals(event.getReason())).isPresent()) {
            return new WaitingReason(
                    "pulls " + pod.node(),
                    "Node " + pod.node() + " pulls an image for pod " + pod.name() + ": "
                            + Words.tidy(pull.get().getMessage()),
                    false);
        }
        return new WaitingReason("starts", "The node begins " + pod.title(), false);
    }
}
