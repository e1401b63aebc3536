package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.core.evidence.EvidenceVerification;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import java.util.List;

/** The verification of an evidence store as text for people. */
final class WholeText {

    private WholeText() {}

    static String of(EvidenceVerification.Report report, List<RegisteredModels.Unknown> unknown) {
        StringBuilder text = new StringBuilder("Evidence store " + report.location() + "\n");
        report.findings().forEach(finding -> text.append(VerifyCommand.line(finding)));
        unknown.forEach(model -> text.append("  unknown model ")
                .append(model.name())
                .append('/')
                .append(model.version())
                .append(": ")
                .append(model.reason())
                .append('\n'));
        long failed = report.findings().stream()
                .filter(finding -> finding.outcome() == Outcome.FAILED)
                .count();
        return text.append("Checked ")
                .append(report.records())
                .append(" records (")
                .append(report.signedRecords())
                .append(" signed by trusted keys), ")
                .append(report.envelopes())
                .append(" envelopes, ")
                .append(report.manifests())
                .append(" manifests, ")
                .append(report.entries())
                .append(" entries (")
                .append(report.signedEntries())
                .append(" signed) of the journals ")
                .append(String.join(", ", report.journals()))
                .append(
                        report.otherObjects() == 0
                                ? ""
                                : "; " + report.otherObjects() + " other objects were not checked")
                .append('\n')
                .append(failed == 0 ? "No check failed" : failed + (failed == 1 ? " check" : " checks") + " failed")
                .append('\n')
                .toString();
    }
}
