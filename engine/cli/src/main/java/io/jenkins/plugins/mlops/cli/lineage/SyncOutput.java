package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evidence.EvidenceSync;
import java.util.TreeMap;

/** Prints what came from the evidence store. */
final class SyncOutput {

    private SyncOutput() {}

    /** Returns the exit code: 1 when something there is damaged. */
    static int print(Output output, EvidenceSync.Result result) {
        StringBuilder text = new StringBuilder();
        text.append("Fetched ")
                .append(count(result.records(), "record"))
                .append(" and ")
                .append(count(result.manifests(), "manifest"))
                .append(" from ")
                .append(result.location())
                .append(", ")
                .append(result.entries())
                .append(result.entries() == 1 ? " entry" : " entries")
                .append(" of its log read\n");
        new TreeMap<>(result.problems())
                .forEach((object, problem) -> text.append("  failed  ")
                        .append(object)
                        .append(": ")
                        .append(problem)
                        .append('\n'));
        output.result(text.toString(), result);
        return result.problems().isEmpty() ? 0 : MlopsException.Kind.FAILED.exitCode();
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
