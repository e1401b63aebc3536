package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Dataset;
import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Parent;
import io.jenkins.plugins.mlops.cli.lineage.ModelDocument.Version;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles.ModelFile;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What is known of a model, as a page for people. */
final class ModelPage {

    private static final int FILES_SHOWN = 12;

    private final ModelDocument model;
    private final StringBuilder text = new StringBuilder();
    private String lastLabel = "";

    ModelPage(ModelDocument model) {
        this.model = model;
    }

    String text() {
        text.append(title()).append('\n');
        line("model", model.model().toString());
        if (model.commit() != null) {
            line("commit", model.commit() + (model.repository() == null ? "" : " of " + model.repository()));
        }
        model.datasets().forEach(dataset -> line(dataset.role(), dataset(dataset)));
        if (model.image() != null) {
            line("image", model.image().name() + "@" + model.image().digest());
        }
        if (model.environment() != null) {
            line(
                    "environment",
                    model.environment().name() + " " + model.environment().digest());
        }
        model.parents().forEach(this::parent);
        run();
        model.evaluations().forEach(this::evaluation);
        model.gates().forEach(this::gate);
        model.registrations().forEach(this::registration);
        model.promotions().forEach(this::promotion);
        files();
        line(
                "record",
                model.record() == null ? "none of its training" : model.record().toString());
        if (model.trainings() > 1) {
            line("record", "one of " + model.trainings() + " trainings that made the same files");
        }
        model.gaps().forEach(gap -> line("gap", gap));
        return text.toString();
    }

    private String title() {
        return model.versions().isEmpty()
                ? "A model that is not registered"
                : model.versions().stream().map(ModelPage::version).collect(Collectors.joining(", "));
    }

    private static String version(Version version) {
        String name = version.name() + " version " + version.version();
        return version.aliases() == null || version.aliases().isEmpty()
                ? name
                : name + " (" + String.join(", ", version.aliases()) + ")";
    }

    private static String dataset(Dataset dataset) {
        return dataset.name()
                + (dataset.version() == null ? "" : " " + dataset.version())
                + (dataset.files() == null || dataset.bytes() == null
                        ? ""
                        : ", " + dataset.files() + (dataset.files() == 1 ? " file, " : " files, ")
                                + Amounts.bytes(dataset.bytes()))
                + (dataset.uri() == null ? "" : ", from " + dataset.uri())
                + (dataset.source() == null ? "" : " (" + dataset.source() + ")");
    }

    private void parent(Parent parent) {
        line(
                "parent",
                "  ".repeat(parent.generation() - 1)
                        + (parent.uri() == null ? "" : parent.uri() + " ")
                        + parent.digest());
        for (Dataset dataset : parent.datasets()) {
            if (dataset.role().equals(Provenance.TRAINING_DATA)) {
                line(
                        "parent",
                        "  ".repeat(parent.generation()) + "trained on " + dataset.name() + " " + dataset.version());
            }
        }
    }

    private void run() {
        ModelDocument.Run run = model.run();
        if (run == null) {
            return;
        }
        line(
                "trained",
                (run.startedOn() == null ? "" : run.startedOn() + " to " + run.finishedOn() + " ") + "by "
                        + run.builder());
        if (run.url() != null) {
            line("run", run.url());
        }
        if (!model.parameters().isEmpty()) {
            line("parameters", parameters(model.parameters()));
        }
    }

    private void evaluation(Evaluation evaluation) {
        line(
                "evaluated",
                evaluation.evaluatedOn()
                        + (evaluation.evaluationSet() == null
                                ? ""
                                : " on " + evaluation.evaluationSet().name() + " "
                                        + evaluation
                                                .evaluationSet()
                                                .digest(ResourceDescriptor.TREE)
                                                .map(Object::toString)
                                                .orElse("")));
        evaluation
                .metrics()
                .forEach((metric, value) ->
                        line("evaluated", "  " + metric + " = " + String.format(Locale.ROOT, "%.6g", value)));
    }

    private void gate(GateVerdict gate) {
        line(
                "gate",
                gate.decidedOn() + " " + gate.verdict()
                        + (gate.summary() == null
                                ? ""
                                : ": " + gate.summary().lines().findFirst().orElse(""))
                        + ", report " + digest(gate.report()));
    }

    private void registration(Registration registration) {
        line(
                "registered",
                registration.registeredOn() + " as " + registration.name() + "/" + registration.version()
                        + by(registration.registeredBy()));
    }

    private void promotion(Promotion promotion) {
        line(
                promotion.rollback() ? "rolled back" : "promoted",
                promotion.promotedOn() + " " + promotion.name() + "@" + promotion.alias() + " to version "
                        + promotion.version()
                        + (promotion.previous() == null ? "" : ", before it " + promotion.previous())
                        + by(promotion.by())
                        + (promotion.override() ? ", overriding a refusal" : "")
                        + (promotion.reason() == null ? "" : ", because: " + promotion.reason())
                        + (promotion.gate() == null ? "" : ", gate report " + promotion.gate()));
    }

    private void files() {
        List<ModelFile> files = model.files();
        for (ModelFile file : files.subList(0, Math.min(files.size(), FILES_SHOWN))) {
            line("files", file.sha256() + " " + file.path() + " (" + Amounts.bytes(file.size()) + ")");
        }
        if (files.size() > FILES_SHOWN) {
            line("files", "and " + (files.size() - FILES_SHOWN) + " more, all with --json");
        }
    }

    private static String by(String who) {
        return who == null ? "" : " by " + who;
    }

    private static String digest(ResourceDescriptor file) {
        return file.digest(ResourceDescriptor.SHA256).map(Object::toString).orElse("without a digest");
    }

    /** A line whose label is said once. */
    /** A training's own parameters; those of another maker's record as they are. */
    private static String parameters(Map<String, Object> external) {
        return external.get("params") instanceof Map<?, ?> params
                ? params.entrySet().stream()
                        .map(param -> param.getKey() + "=" + param.getValue())
                        .collect(Collectors.joining(", "))
                : external.toString();
    }

    private void line(String label, String value) {
        text.append(String.format("  %-12s", label.equals(lastLabel) ? "" : label))
                .append(value)
                .append('\n');
        lastLabel = label;
    }
}
