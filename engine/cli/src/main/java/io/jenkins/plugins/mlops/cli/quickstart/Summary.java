package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.cli.quickstart.QuickstartDocument.Candidate;
import io.jenkins.plugins.mlops.core.gate.GateReports;
import java.nio.file.Path;
import java.util.Locale;

/** What happened, for a person. */
final class Summary {

    private final QuickstartDocument document;
    private final Path root;
    private final StringBuilder text = new StringBuilder();

    /** @param root what {@code --dir} names */
    Summary(QuickstartDocument document, Path root) {
        this.root = root;
        this.document = document;
    }

    String text() {
        row("model", "trained on", "accuracy", "gate", "what became of it");
        row(
                title(document.first()),
                "first version",
                document.first().accuracy(),
                document.first().verdict(),
                "promoted; it is the champion");
        row(
                title(document.damaged()),
                "damaged labels",
                document.damaged().accuracy(),
                document.damaged().verdict(),
                "refused; never registered");
        row(
                title(document.fineTuned()),
                "champion + nights",
                document.fineTuned().accuracy(),
                document.fineTuned().verdict(),
                "promoted, then rolled back");
        text.append('\n');
        line("Gate reports", report(document.first()));
        line("", report(document.damaged()));
        line("", report(document.fineTuned()));
        line("Lineage records", Path.of(document.directory(), "lineage").toString());
        line("All of this run", document.directory());
        if (document.servers().running()) {
            kept();
        } else {
            text.append(
                    "\n   The servers are stopped. 'mlops quickstart --keep' leaves them up, to look around in MLflow.\n");
        }
        return text.append(String.format(Locale.ROOT, "   Done in %.0f s.%n", document.seconds()))
                .toString();
    }

    private void kept() {
        String mlflow = document.servers().mlflow().toString();
        line("MLflow", mlflow);
        line("  the model", mlflow + "/#/models/" + Story.MODEL);
        line("  the first run", document.first().training().at("/run/url").asText());
        line("S3", document.servers().s3().toString());
        text.append("\n   To go on with the mlops command:   . ")
                .append(Path.of(document.directory(), QuickstartDirectory.VARIABLES_FILE))
                .append("\n   To stop the servers:               mlops quickstart --stop --dir ")
                .append(root)
                .append('\n');
    }

    private static String title(Candidate candidate) {
        return candidate.registration() == null
                ? "(no version)"
                : Story.MODEL + "/" + candidate.registration().path("version").asText();
    }

    private static String report(Candidate candidate) {
        return Path.of(candidate.report(), GateReports.HTML_FILE).toString();
    }

    private void row(String model, String data, String accuracy, String gate, String outcome) {
        text.append(String.format("   %-13s %-18s %-9s %-5s %s%n", model, data, accuracy, gate, outcome));
    }

    private void line(String label, String value) {
        text.append(String.format("   %-16s %s%n", label, value));
    }
}
