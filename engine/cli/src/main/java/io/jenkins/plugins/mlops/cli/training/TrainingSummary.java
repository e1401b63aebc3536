package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.training.TrainingResult;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A training that is done, as a few lines for people. */
public final class TrainingSummary {

    private static final int SHOWN_METRICS = 8;

    private final StringBuilder text = new StringBuilder();

    private TrainingSummary() {}

    public static String of(TrainingResult result) {
        TrainingSummary summary = new TrainingSummary();
        summary.text.append(String.format(
                Locale.ROOT, "Trained in %.1f s, experiment %s%n", result.seconds(), result.experiment()));
        TrainingResult.Model model = result.model();
        summary.line("model", model.digest() + ", " + files(model.files(), model.bytes()));
        summary.line("", model.directory());
        summary.line("trained on", dataset(result.datasets().training()));
        summary.line("evaluated on", dataset(result.datasets().evaluation()));
        if (result.metrics() != null) {
            summary.line("metrics", metrics(Path.of(result.metrics())));
        }
        summary.line("commit", result.commit());
        summary.line("lineage", result.lineage().digest().toString());
        result.gaps().forEach(gap -> summary.line("  gap", gap));
        summary.line("MLflow run", result.run().url());
        summary.line("next", "mlops model register NAME --run " + result.run().id());
        return summary.text.toString();
    }

    private void line(String label, String value) {
        if (value != null) {
            text.append(String.format(Locale.ROOT, "  %-13s %s%n", label, value));
        }
    }

    private static String dataset(TrainingResult.Dataset dataset) {
        return dataset == null
                ? null
                : dataset.name() + " " + dataset.version() + ", " + files(dataset.files(), dataset.bytes());
    }

    private static String files(long files, long bytes) {
        return files + (files == 1 ? " file, " : " files, ") + Amounts.bytes(bytes);
    }

    private static String metrics(Path file) {
        Map<String, Double> overall = Metrics.read(file).overall();
        String shown = overall.entrySet().stream()
                .limit(SHOWN_METRICS)
                .map(metric -> String.format(Locale.ROOT, "%s %.4g", metric.getKey(), metric.getValue()))
                .collect(Collectors.joining(", "));
        return overall.size() > SHOWN_METRICS ? shown + ", and " + (overall.size() - SHOWN_METRICS) + " more" : shown;
    }
}
