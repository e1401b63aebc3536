package io.jenkins.plugins.mlops.cli.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.quickstart.QuickstartDocument.Candidate;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.gate.GateReports;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The story from a dataset to a champion and back, told with the commands that a user would type. What it expects of a
 * chapter (a gate that passes, one that refuses) is checked: another outcome ends it.
 */
final class Story {

    static final String MODEL = "digits";
    private static final String CHAMPION = MODEL + "@champion";
    private static final String STORE = "s3://" + Servers.DATASETS_BUCKET + "/" + MODEL;
    private static final String RULES = "rules.yaml";
    private static final int GATE_REFUSED = MlopsException.Kind.GATE_FAILED.exitCode();
    private static final int SHORT = 12;

    private final QuickstartDirectory.Run run;
    private final MlopsCalls mlops;
    private final Narrator narrator;

    Story(QuickstartDirectory.Run run, MlopsCalls mlops, Narrator narrator) {
        this.run = run;
        this.mlops = mlops;
        this.narrator = narrator;
    }

    /** Publishes a directory of {@code data/} as a version of a dataset. */
    JsonNode publish(String directory, String name) {
        JsonNode published =
                mlops.run("dataset", "publish", relative(run.data().resolve(directory)), "--name", name, "--to", STORE);
        narrator.answer(String.format(
                Locale.ROOT,
                "%s version %s: %d files; sent %d, %s",
                name,
                shorten(published.path("version")),
                published.path("files").asLong(),
                published.at("/uploaded/files").asLong(),
                Amounts.bytes(published.at("/uploaded/bytes").asLong())));
        return published;
    }

    JsonNode pull(JsonNode published) {
        JsonNode pulled = mlops.run(
                "dataset",
                "pull",
                "--manifest",
                published.path("manifest").asText(),
                "--into",
                relative(run.directory().resolve("pulled")));
        narrator.answer(String.format(
                Locale.ROOT,
                "%d files, every byte verified; downloaded %d, the next pull takes them from the cache",
                pulled.path("files").asLong(),
                pulled.at("/downloaded/files").asLong()));
        return pulled;
    }

    /**
     * Trains, evaluates and holds the result against the rules.
     *
     * @param name of the directories for this training
     * @param parent the model to start from, null for none
     * @param mayPass what the gate must say
     */
    Candidate train(String name, JsonNode dataset, JsonNode evaluation, String parent, boolean mayPass) {
        List<String> arguments = new ArrayList<>(List.of("train", "train.yaml"));
        arguments.addAll(
                List.of("--dataset", "training=" + dataset.path("manifest").asText()));
        arguments.addAll(
                List.of("--dataset", "evaluation=" + evaluation.path("manifest").asText()));
        if (parent != null) {
            arguments.addAll(List.of("--parent", "models:/" + parent));
        }
        arguments.addAll(List.of("--run-dir", relative(run.trainings().resolve(name))));
        JsonNode training = mlops.run(arguments.toArray(String[]::new));
        narrator.answer(String.format(
                Locale.ROOT,
                "model %s in %.1f s; curves and files are in MLflow run %s",
                shorten(training.at("/model/digest")),
                training.path("seconds").asDouble(),
                training.at("/run/id").asText()));

        Path report = run.reports().resolve(name);
        MlopsCalls.Answer gate = mlops.run(
                List.of(GATE_REFUSED),
                "gate",
                "--metrics",
                relative(Path.of(training.path("evaluation").asText())),
                "--rules",
                RULES,
                "--model",
                MODEL,
                "--report-dir",
                relative(report));
        narrator.answer("gate: " + gate.document().path("verdict").asText());
        gate.document().path("rules").forEach(rule -> narrator.answer("  " + rule(rule)));
        if (gate.exitCode() == 0 != mayPass) {
            throw MlopsException.failed("The gate of the " + name + " model was to " + (mayPass ? "pass" : "refuse")
                    + " it and did not; its report is " + report.resolve(GateReports.HTML_FILE));
        }
        return new Candidate(training, gate.document(), report.toString(), null, null);
    }

    private static String rule(JsonNode rule) {
        return String.format(
                Locale.ROOT,
                "%-12s %s",
                rule.path("verdict").asText(),
                rule.path("reason").asText());
    }

    /** Registers a model that passed its gate and moves the champion to it. */
    Candidate promote(Candidate candidate, String expected) {
        JsonNode registration = mlops.run(
                "model",
                "register",
                MODEL,
                "--run",
                candidate.training().at("/run/id").asText());
        String version = registration.path("version").asText();
        narrator.answer(MODEL + " version " + version);
        JsonNode promotion = mlops.run(
                "model",
                "promote",
                MODEL,
                "--version",
                version,
                "--alias",
                "champion",
                "--gate-report",
                relative(Path.of(candidate.report(), GateReports.JSON_FILE)),
                "--expect",
                expected);
        narrator.answer("champion is version " + promotion.path("version").asText()
                + (promotion.path("previous").isNumber()
                        ? ", before it was version "
                                + promotion.path("previous").asText()
                        : ""));
        return new Candidate(candidate.training(), candidate.gate(), candidate.report(), registration, promotion);
    }

    JsonNode rollback(String reason) {
        JsonNode move = mlops.run("model", "rollback", MODEL, "--alias", "champion", "--reason", reason);
        narrator.answer("champion is version " + move.path("version").asText() + " again");
        return move;
    }

    JsonNode champion() {
        JsonNode page = mlops.run("lineage", "show", CHAMPION);
        narrator.answer(mlops.text("lineage", "show", CHAMPION));
        return page;
    }

    /** The reverse question. @param by {@code --dataset} or {@code --file} */
    JsonNode find(String by, String value) {
        JsonNode found = mlops.run("lineage", "find", by, value);
        narrator.answer(mlops.text("lineage", "find", by, value));
        return found;
    }

    /** As a user in the repository would write it. */
    private String relative(Path path) {
        return run.code().relativize(path).toString();
    }

    private static String shorten(JsonNode digest) {
        String text = digest.asText();
        int start = text.indexOf(':') + 1;
        return text.substring(start, Math.min(text.length(), start + SHORT));
    }
}
