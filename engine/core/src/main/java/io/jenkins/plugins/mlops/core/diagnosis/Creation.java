package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.Event;
import io.jenkins.plugins.mlops.core.cluster.Observation;
import io.jenkins.plugins.mlops.core.diagnosis.End.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why the pods of a Job are not created: the cluster refuses them to its own controller, which only tells it in an event. */
final class Creation {

    private static final int TRIES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern QUOTA = Pattern.compile(
            "exceeded quota: (?<name>[^,]+), requested: (?<requested>.+), used: (?<used>.+), limited: (?<limited>.+)");
    private static final Pattern FORBIDDEN = Pattern.compile("^Error creating: |^pods \"[^\"]*\" is forbidden: ");

    private Creation() {}

    /**
     * A refusal.
     *
     * @param givenUp whether it will not pass by itself
     */
    record Refusal(String key, String sentence, Cause cause, boolean givenUp) {

        End end() {
            return new End(cause, sentence, null, null, null, null);
        }
    }

    /** @param ready as in {@link PodTrouble} */
    static Optional<Refusal> of(Observation seen, Instant ready, Instant now) {
        List<Event> refusals = seen.events().stream()
                .filter(event -> "FailedCreate".equals(event.getReason()))
                .toList();
        return refusals.stream()
                .max(Comparator.comparing(Words::last))
                .map(event -> refusal(event, tries(refusals, event), ready, now));
    }

    /** Each try names a pod of its own, so that the cluster counts them apart. */
    private static int tries(List<Event> refusals, Event newest) {
        return refusals.stream()
                .filter(event -> said(event).equals(said(newest)))
                .mapToInt(Words::count)
                .sum();
    }

    private static String said(Event event) {
        String said = FORBIDDEN.matcher(Words.tidy(event.getMessage())).replaceFirst("");
        return FORBIDDEN.matcher(said).replaceFirst("");
    }

    private static Refusal refusal(Event event, int tries, Instant ready, Instant now) {
        String said = said(event);
        Matcher quota = QUOTA.matcher(said);
        if (quota.find()) {
            boolean never = neverFits(quota);
            return new Refusal(
                    "quota " + quota.group("name"),
                    quotaSentence(quota) + (never ? ", so that it never fits: ask for less, or for more quota" : ""),
                    Cause.REFUSED,
                    never);
        }
        boolean passing = said.contains("failed calling webhook")
                || said.contains("Internal error")
                || said.contains("Operation cannot be fulfilled")
                || said.contains("Timeout")
                || said.contains("connection refused");
        boolean over = !passing
                && ready != null
                && tries >= TRIES
                && now.isAfter(ready.plus(PATIENCE))
                && Words.last(event).isAfter(ready);
        String who = event.getInvolvedObject() == null
                ? "the workload"
                : event.getInvolvedObject().getKind() + " "
                        + event.getInvolvedObject().getName();
        boolean account = said.contains("service account");
        return new Refusal(
                "create " + Words.key(said),
                "The cluster refuses the pods of " + who + ": " + said,
                account ? Cause.CONFIGURATION : Cause.REFUSED,
                over);
    }

    /** The words of a quota that has no room; empty when they are none. */
    static Optional<String> quotaSentence(String said) {
        Matcher quota = QUOTA.matcher(Words.tidy(said));
        return quota.find() ? Optional.of(quotaSentence(quota)) : Optional.empty();
    }

    private static String quotaSentence(Matcher quota) {
        StringBuilder sentence = new StringBuilder("Quota '" + quota.group("name") + "' has no room: ");
        String[] wanted = quota.group("requested").split(",");
        for (int i = 0; i < wanted.length; i++) {
            String resource = resource(wanted[i]);
            sentence.append(i == 0 ? "" : ", ")
                    .append(resource)
                    .append(" asks for ")
                    .append(amount(wanted[i]))
                    .append(", and ")
                    .append(amountOf(resource, quota.group("used")))
                    .append(" of ")
                    .append(amountOf(resource, quota.group("limited")))
                    .append(" are used");
        }
        return sentence.toString();
    }

    private static boolean neverFits(Matcher quota) {
        for (String wanted : quota.group("requested").split(",")) {
            if (Amounts.compare(amount(wanted), amountOf(resource(wanted), quota.group("limited"))) > 0) {
                return true;
            }
        }
        return false;
    }

    private static String resource(String pair) {
        int equals = pair.indexOf('=');
        return (equals < 0 ? pair : pair.substring(0, equals)).strip();
    }

    private static String amount(String pair) {
        return pair.substring(pair.indexOf('=') + 1).strip();
    }

    private static String amountOf(String resource, String pairs) {
        for (String pair : pairs.split(",")) {
            if (resource(pair).equals(resource)) {
                return amount(pair);
            }
        }
        return "?";
    }
}
