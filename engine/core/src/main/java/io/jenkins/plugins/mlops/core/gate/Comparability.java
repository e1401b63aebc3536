package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.document.PrintableText;

/** Whether the numbers of two models were measured on the same evaluation set, by the same evaluator. */
final class Comparability {

    private static final int SHORT_ID = 19;

    private Comparability() {}

    /** Why they are not comparable, as a clause; null when they are, or when neither side names its set. */
    static String obstacle(Measurement candidate, String name, Measurement measured, Evaluator.Policy policy) {
        String bySet = otherSet(candidate, name, measured);
        return bySet != null
                ? bySet
                : candidate
                        .evaluator()
                        .obstacle(measured.evaluator(), name, policy)
                        .orElse(null);
    }

    private static String otherSet(Measurement candidate, String name, Measurement measured) {
        DatasetVersion mine = candidate.evaluationSet();
        DatasetVersion other = measured.evaluationSet();
        if (mine == null && other == null) {
            return null;
        }
        if (mine == null) {
            return "the candidate's file does not say on which evaluation set it was measured, " + name
                    + " was measured on " + shown(other);
        }
        if (other == null) {
            return "the candidate was measured on " + shown(mine) + ", but it is not known on which evaluation set "
                    + name + " was";
        }
        boolean same = mine.contentId() != null && other.contentId() != null
                ? mine.contentId().equals(other.contentId())
                : mine.sourceId() != null && mine.sourceId().equals(other.sourceId());
        return same ? null : "the candidate was measured on " + shown(mine) + ", " + name + " on " + shown(other);
    }

    /** Whether neither side names its evaluation set, so that sameness is taken on trust. */
    static boolean isOnTrust(Measurement candidate, Baseline.Found baseline) {
        return candidate.evaluationSet() == null && baseline.measurement().evaluationSet() == null;
    }

    /** Name and shortened id of an evaluation set. */
    static String shown(DatasetVersion set) {
        String id = set.contentId() == null
                ? String.valueOf(set.sourceId())
                : set.contentId().toString();
        return PrintableText.of(
                set.name() + " (" + (id.length() > SHORT_ID ? id.substring(0, SHORT_ID) + "\u2026" : id) + ")");
    }
}
