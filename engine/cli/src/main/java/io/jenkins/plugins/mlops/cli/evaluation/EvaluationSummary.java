package io.jenkins.plugins.mlops.cli.evaluation;

import io.jenkins.plugins.mlops.core.evaluation.EvaluationResult;
import java.util.Locale;

/** What an evaluation has found, as a few lines for people. */
public final class EvaluationSummary {

    private EvaluationSummary() {}

    /** @param result of an evaluation, wherever it ran */
    public static String of(EvaluationResult result) {
        String next = "mlops gate --rules RULES --metrics " + result.candidate().evaluation();
        return String.format(
                Locale.ROOT,
                "Evaluated on %s (%s)%n%s%s  next       %s%n",
                result.evaluationSet().name(),
                result.evaluationSet().contentId(),
                line("candidate", result.candidate()),
                result.champion() == null ? "" : line("champion", result.champion()),
                result.champion() == null
                        ? next
                        : next + " --baseline " + result.champion().evaluation());
    }

    private static String line(String role, EvaluationResult.Measured measured) {
        return String.format(
                Locale.ROOT,
                "  %-10s %s, %s%s%n             %s%n",
                role,
                measured.model(),
                measured.digest(),
                measured.reused() ? ", measured before" : "",
                measured.evaluation());
    }
}
