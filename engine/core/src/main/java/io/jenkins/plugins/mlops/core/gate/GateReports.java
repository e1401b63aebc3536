package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Writes a gate's result for programs, people and CI servers. Equal results give equal bytes. */
public final class GateReports {

    /** The report that promotion and lineage read, and whose digest stands for the result. */
    public static final String JSON_FILE = "gate.json";

    public static final String MARKDOWN_FILE = "gate.md";
    public static final String JUNIT_FILE = "gate.xml";
    public static final String HTML_FILE = "gate.html";

    /** All that is written of a result. */
    public static final List<String> FILES = List.of(JSON_FILE, MARKDOWN_FILE, JUNIT_FILE, HTML_FILE);

    private GateReports() {}

    /** The digest of the result's {@code gate.json}, written or not. */
    public static Digest digest(GateResult result) {
        return Digest.of(json(result));
    }

    /** The verdict of each rule, in the order of the rule file. */
    public static List<RuleLine> lines(GateResult result) {
        return result.rules().stream().map(RuleLine::of).toList();
    }

    /** What the lineage of the candidate keeps of the result; empty when the candidate does not say which model it is. */
    public static Optional<Statement> statement(GateResult result, Instant decidedOn) {
        return Optional.ofNullable(result.candidate().model())
                .map(model -> GateVerdict.of(
                                result.verdict().toString(),
                                digest(result),
                                result.ruleDigest(),
                                result.candidate().digest(),
                                result.baselines().isEmpty()
                                        ? null
                                        : result.baselines()
                                                .get(0)
                                                .measurement()
                                                .digest(),
                                result.summary(),
                                decidedOn)
                        .statement(model));
    }

    /** The result for a terminal; a few lines. */
    public static String text(GateResult result) {
        return GateText.render(result);
    }

    /**
     * Writes {@code gate.md}, {@code gate.xml}, {@code gate.html} and, last, {@code gate.json} into the directory, which is made when
     * it is missing. A {@code gate.json} of before is removed first, so that none stands beside reports of another result.
     *
     * @throws MlopsException of kind FAILED when they cannot be written
     */
    public static void write(GateResult result, Path directory) {
        try {
            Files.createDirectories(directory);
            Path json = directory.resolve(JSON_FILE);
            Files.deleteIfExists(json);
            Documents.writeAtomically(directory.resolve(MARKDOWN_FILE), GateMarkdown.render(result));
            Documents.writeAtomically(directory.resolve(JUNIT_FILE), GateJunit.render(result));
            Documents.writeAtomically(directory.resolve(HTML_FILE), GateHtml.render(result));
            Documents.writeAtomically(json, json(result));
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The gate's reports cannot be written to " + directory + ": "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        }
    }

    private static String json(GateResult result) {
        return Documents.toJson(GateDocument.of(result));
    }
}
