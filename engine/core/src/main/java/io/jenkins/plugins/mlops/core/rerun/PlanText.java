package io.jenkins.plugins.mlops.core.rerun;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.Locale;

/** A plan as lines for people. */
final class PlanText {

    private PlanText() {}

    static String of(RerunPlan plan) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: the training %s of the model %s%n",
                plan.kind().title(),
                plan.record(),
                plan.model()));
        for (RerunInput input : plan.inputs()) {
            if (input.recorded() == null && input.planned() == null) {
                continue;
            }
            line(text, input.name(), input.isChanged() ? shown(input.recorded()) : shown(input.planned()));
            if (input.isChanged()) {
                line(text, "", "-> " + shown(input.planned()));
            }
            line(text, "", "(" + PrintableText.of(input.origin()) + ")");
        }
        return text.toString();
    }

    private static String shown(String value) {
        return value == null ? "none" : PrintableText.of(value);
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(String.format(Locale.ROOT, "  %-18s %s%n", label, value));
    }
}
