package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What keeps a pod, which has its node, from starting its containers. */
final class PodTrouble {

    /** How often an image is asked for, about half a minute, before it is given up. */
    static final int PULLS = 3;

    /** How long a missing Secret or the like may take to appear. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The same for an image that cannot be pulled, where the cluster's events do not say how often it was tried. */
    static final Duration PATIENCE_UNTOLD = Duration.ofMinutes(5);

    private static final int MOUNTS = 3;
    private static final int CRASHES = 3;

    private static final Set<String> NO_IMAGE =
            Set.of("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "SignatureValidationFailed");
    private static final Set<String> NEVER_AN_IMAGE = Set.of("InvalidImageName", "ErrImageNeverPull");
    private static final Set<String> NOT_MADE =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError");
    private static final Pattern DENIED = Pattern.compile(
            "(?i)\\b(401|403|unauthorized|authorization failed|authentication required|denied|no basic auth|forbidden)\\b");
    private static final Pattern NOT_THERE =
            Pattern.compile("(?i)(secret|configmap|persistentvolumeclaim|references non-existent).*|.* not found");

    private PodTrouble() {}

    /**
     * What keeps it.
     *
     * @param lasting whether it will not pass by itself
     * @param givenUp whether it was given time enough to
     */
    record Trouble(PodState pod, String key, String sentence, Cause cause, boolean lasting, boolean givenUp) {

        End end() {
            return new End(cause, sentence, pod.rank(), null, pod.name(), pod.node());
        }
    }

    /** @param ready since when all objects that the pod may need are there; null while that is unknown */
    static Optional<Trouble> of(PodState pod, Observation seen, Instant ready, Instant now) {
        if (pod.hasEnded() || pod.deletionAsked() != null || pod.isRunning()) {
            return Optional.empty();
        }
        for (ContainerStatus container : pod.containers().toList()) {
            Optional<Trouble> trouble = ofContainer(pod, container, seen, ready, now);
            if (trouble.isPresent()) {
                return trouble;
            }
        }
        return pod.hasBegun() ? Optional.empty() : ofNode(pod, seen, ready, now);
    }

    private static Optional<Trouble> ofContainer(
            PodState pod, ContainerStatus container, Observation seen, Instant ready, Instant now) {
        ContainerStateWaiting waiting =
                container.getState() == null ? null : container.getState().getWaiting();
        String reason = waiting == null ? null : waiting.getReason();
        if (reason == null) {
            return Optional.empty();
        }
        if (NO_IMAGE.contains(reason) || NEVER_AN_IMAGE.contains(reason)) {
            return Optional.of(image(pod, container, waiting, seen, ready, now));
        }
        if (NOT_MADE.contains(reason)) {
            String said = Words.tidy(waiting.getMessage());
            if (ready == null && said.startsWith("secret \"" + pod.workload().name() + "-")) {
                return Optional.empty(); // ours, which comes after what owns it, and is on its way
            }
            return Optional.of(new Trouble(
                    pod,
                    "start " + container.getName() + " " + Words.key(said),
                    "Container " + container.getName() + " of " + pod.title() + " cannot be made: " + said,
                    Cause.CONFIGURATION,
                    true,
                    isOver(ready, pod.placed(), now, PATIENCE)));
        }
        if (reason.equals("CrashLoopBackOff") && !pod.isCommand(container)) {
            return Optional.of(crashing(pod, container));
        }
        return Optional.empty();
    }

    private static Trouble image(
            PodState pod,
            ContainerStatus container,
            ContainerStateWaiting waiting,
            Observation seen,
            Instant ready,
            Instant now) {
        String said = Words.ofPull(pullMessage(pod, waiting, seen));
        int pulls = pulls(pod, container, seen);
        boolean over = NEVER_AN_IMAGE.contains(waiting.getReason())
                || pulls >= PULLS
                || pulls == 0 && isOver(ready, pod.placed(), now, PATIENCE_UNTOLD);
        String tries = pulls > 1 ? ", after " + pulls + " tries" : "";
        String advice = "";
        if (DENIED.matcher(said).find()) {
            List<String> secrets = pod.workload().placement().imagePullSecrets();
            advice = secrets.isEmpty()
                    ? "; no pull secret is named"
                    : "; the pull secret is " + String.join(", ", secrets);
        }
        return new Trouble(
                pod,
                "image " + container.getImage(),
                "Image " + container.getImage() + " cannot be pulled for " + pod.title() + tries + ": " + said + advice,
                Cause.IMAGE,
                true,
                over);
    }

    /** The state of a container that backs off may be without the reason that the last try had. */
    private static String pullMessage(PodState pod, ContainerStateWaiting waiting, Observation seen) {
        String message = waiting.getMessage();
        boolean telling = message != null && (!message.startsWith("Back-off pulling") || message.contains("\": "));
        if (telling) {
            return message;
        }
        return newest(failedPulls(pod, seen)).map(Event::getMessage).orElse(String.valueOf(waiting.getReason()));
    }

    private static List<Event> failedPulls(PodState pod, Observation seen) {
        return events(pod, seen, "Failed").stream()
                .filter(event -> String.valueOf(event.getMessage()).startsWith("Failed to pull image"))
                .toList();
    }

    private static int pulls(PodState pod, ContainerStatus container, Observation seen) {
        return failedPulls(pod, seen).stream()
                .filter(event -> event.getMessage().contains("\"" + container.getImage() + "\""))
                .mapToInt(Words::count)
                .sum();
    }

    private static Trouble crashing(PodState pod, ContainerStatus container) {
        ContainerStateTerminated last = container.getLastState() == null
                ? null
                : container.getLastState().getTerminated();
        String why = last == null
                ? ""
                : ": exit code " + last.getExitCode()
                        + (Words.tidy(last.getMessage()).isEmpty() ? "" : ", " + Words.tidy(last.getMessage()));
        return new Trouble(
                pod,
                "crash " + container.getName(),
                "Container " + container.getName() + " of " + pod.title() + " ends again and again" + why,
                Cause.SUPPLY_FAILED,
                true,
                container.getRestartCount() != null && container.getRestartCount() >= CRASHES);
    }

    /** What the node could not do before it came to containers: only events tell it. */
    private static Optional<Trouble> ofNode(PodState pod, Observation seen, Instant ready, Instant now) {
        Optional<Event> mount = newest(events(pod, seen, "FailedMount", "FailedAttachVolume", "FailedMapVolume"));
        if (mount.isPresent() && !isPast(pod)) {
            String said = Words.tidy(mount.get().getMessage());
            boolean missing = NOT_THERE
                    .matcher(said.substring(said.lastIndexOf(" : ") + 1).strip())
                    .matches();
            boolean over = missing
                    && Words.count(mount.get()) >= MOUNTS
                    && isOver(ready, pod.placed(), now, PATIENCE)
                    && Words.last(mount.get()).isAfter(ready.plusSeconds(5));
            return Optional.of(new Trouble(
                    pod,
                    "volume " + Words.key(said),
                    "A volume of " + pod.title() + " cannot be mounted: " + said,
                    Cause.CONFIGURATION,
                    missing,
                    over));
        }
        return newest(events(pod, seen, "FailedCreatePodSandBox"))
                .filter(event -> !isPast(pod))
                .map(event -> new Trouble(
                        pod,
                        "sandbox",
                        "The node cannot begin " + pod.title() + ": " + Words.ofPull(event.getMessage()),
                        Cause.CONFIGURATION,
                        false,
                        false));
    }

    /** Whether some container has got beyond its creation: what the events say was overcome. */
    private static boolean isPast(PodState pod) {
        return pod.containers()
                .anyMatch(one -> one.getState() != null
                        && (one.getState().getRunning() != null
                                || one.getState().getTerminated() != null));
    }

    private static boolean isOver(Instant ready, Instant placed, Instant now, Duration patience) {
        if (ready == null) {
            return false;
        }
        Instant from = placed == null || placed.isBefore(ready) ? ready : placed;
        return now.isAfter(from.plus(patience));
    }

    static List<Event> events(PodState pod, Observation seen, String... reasons) {
        Set<String> wanted = Set.of(reasons);
        return seen.events().stream()
                .filter(event -> pod.uid().equals(event.getInvolvedObject().getUid()))
                .filter(event -> wanted.contains(event.getReason()))
                .toList();
    }

    static Optional<Event> newest(List<Event> events) {
        return events.stream().max(Comparator.comparing(Words::last));
    }
}
