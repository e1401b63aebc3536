package io.jenkins.plugins.mlops.dataset;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.FilePath;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.inspection.ClassCount;
import io.jenkins.plugins.mlops.core.inspection.Finding;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport;
import io.jenkins.plugins.mlops.core.inspection.InspectionText;
import io.jenkins.plugins.mlops.gate.OnFailure;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.CheckUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.ClassUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.FoundUse;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Checks on the agent, where the data is; the controller keeps a shortened report with the build. Done again after a restart, it
 * looks at the data once more, unless the report was kept already. No server is asked and no key is used, so that no policy has a say.
 */
final class CheckDatasetExecution extends AgentStepExecution<Map<String, Object>> {

    private static final long serialVersionUID = 1L;

    /** An honest agent's report is smaller, whatever the data is. */
    private static final int MAX_REPORT_BYTES = 16 << 20;

    /** Of each kind in the log. */
    private static final int PRINTED = 10;

    /** Of each kind on the page. */
    private static final int SHOWN = 5;

    private static final int SHOWN_CLASSES = 50;
    private static final int RETURNED_CLASSES = 1000;

    private final CheckRequest request;
    private final OnFailure onFailure;

    CheckDatasetExecution(StepContext context, CheckRequest request, OnFailure onFailure)
            throws IOException, InterruptedException {
        super(context);
        this.request = request;
        this.onFailure = onFailure;
    }

    @Override
    protected String doing() {
        return "checking " + request;
    }

    @Override
    protected Map<String, Object> work(@NonNull FilePath directory) throws IOException, InterruptedException {
        BuildLineage lineage = BuildLineage.of(run());
        String id = useId();
        Optional<CheckUse> kept = lineage.facts().checks().stream()
                .filter(use -> use.id().equals(id))
                .findFirst();
        InspectionReport report = kept.isPresent()
                ? parse(Files.readAllBytes(
                        lineage.directory().resolve(kept.get().report())))
                : check(directory, lineage, id);
        if (!report.passed()) {
            onFailure.act(getContext(), refusal(report));
        }
        return outcome(report);
    }

    private InspectionReport check(FilePath directory, BuildLineage lineage, String id)
            throws IOException, InterruptedException {
        listener().getLogger().println("Checking " + PrintableText.of(request.toString()) + " (" + workspace() + ")");
        byte[] sent = directory.act(new CheckTask(request, WorkspaceBounds.of(getContext(), directory), listener()));
        InspectionReport report = parse(sent);
        String name = "checks/" + id + ".json";
        Path file = lineage.directory().resolve(name);
        Documents.writeAtomically(file, sent);
        listener().getLogger().print(InspectionText.of(report, PRINTED));
        CheckUse use = use(id, report, name, Digest.of(sent));
        lineage.update(facts -> facts.with(use));
        return report;
    }

    /** What an agent says may be anything. */
    private InspectionReport parse(byte[] sent) {
        if (sent.length > MAX_REPORT_BYTES) {
            throw MlopsException.refused(
                    "The " + workspace() + " sent a report of " + sent.length + " bytes: look after that agent");
        }
        InspectionReport report =
                Documents.readJson(new String(sent, StandardCharsets.UTF_8), "the report", InspectionReport.class);
        boolean broken = report.findings().stream().anyMatch(Finding::broken);
        if (!InspectionReport.SCHEMA.equals(report.schema()) || broken == report.passed()) {
            throw MlopsException.refused("The " + workspace() + " sent a report that cannot be: look after that agent");
        }
        return report;
    }

    private CheckUse use(String id, InspectionReport report, String file, Digest digest) {
        InspectionReport.SetSummary set = report.set();
        return new CheckUse(
                id,
                report.passed() ? "pass" : "fail",
                request.path(),
                set.version() == null ? null : set.version().toString(),
                request.against(),
                set.files(),
                set.bytes(),
                set.samples(),
                set.images(),
                report.labels().key(),
                rows(report),
                report.classes().stream()
                        .limit(SHOWN_CLASSES)
                        .map(count -> new ClassUse(count.name(), count.images(), count.objects()))
                        .toList(),
                report.classes().size(),
                file,
                digest.toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /** Broken rules first. */
    private static List<FoundUse> rows(InspectionReport report) {
        List<FoundUse> rows = new ArrayList<>();
        for (boolean broken : new boolean[] {true, false}) {
            report.findings().stream()
                    .filter(finding -> finding.broken() == broken)
                    .forEach(finding -> rows.add(new FoundUse(
                            finding.kind().words(),
                            finding.count(),
                            finding.limit().toString(),
                            broken ? "broken" : finding.count() == 0 ? "ok" : "allowed",
                            finding.examples().stream()
                                    .limit(SHOWN)
                                    .map(example -> example.path() + ": " + example.problem())
                                    .toList())));
        }
        report.notChecked()
                .forEach(not ->
                        rows.add(new FoundUse(not.kind().words(), null, null, "not checked: " + not.why(), List.of())));
        return rows;
    }

    /** Of the JDK's classes alone, as Pipeline keeps it. */
    private static Map<String, Object> outcome(InspectionReport report) {
        LinkedHashMap<String, Long> counts = new LinkedHashMap<>();
        report.findings().forEach(finding -> counts.put(finding.kind().key(), finding.count()));
        LinkedHashMap<String, Long> classes = new LinkedHashMap<>();
        for (ClassCount count : report.classes()) {
            if (classes.size() < RETURNED_CLASSES) {
                classes.put(count.name(), count.images());
            }
        }
        LinkedHashMap<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("passed", report.passed());
        outcome.put(
                "findings", counts.values().stream().mapToLong(Long::longValue).sum());
        outcome.put("counts", counts);
        outcome.put(
                "broken",
                broken(report).stream()
                        .map(finding -> finding.kind().key())
                        .collect(Collectors.toCollection(ArrayList::new)));
        outcome.put("classes", classes);
        outcome.put("files", report.set().files());
        outcome.put("images", report.set().images());
        outcome.put(
                "version",
                report.set().version() == null ? null : report.set().version().toString());
        return outcome;
    }

    private static List<Finding> broken(InspectionReport report) {
        return report.findings().stream().filter(Finding::broken).toList();
    }

    private String refusal(InspectionReport report) {
        List<Finding> broken = broken(report);
        return PrintableText.of("The check of " + request + " failed ("
                + (broken.size() == 1 ? "1 rule is" : broken.size() + " rules are") + " broken): "
                + broken.stream().map(CheckDatasetExecution::sentence).collect(Collectors.joining("; ")));
    }

    private static String sentence(Finding finding) {
        String found = finding.count() + " " + finding.kind().words() + ", where "
                + (finding.limit().toString().equals("0") ? "none is" : "at most " + finding.limit() + " are")
                + " allowed";
        return finding.examples().isEmpty()
                ? found
                : found + ", such as " + finding.examples().get(0).path();
    }
}
