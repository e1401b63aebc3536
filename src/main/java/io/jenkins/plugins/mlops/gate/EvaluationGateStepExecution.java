package io.jenkins.plugins.mlops.gate;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.Baselines;
import io.jenkins.plugins.mlops.core.gate.Gate;
import io.jenkins.plugins.mlops.core.gate.GateReports;
import io.jenkins.plugins.mlops.core.gate.GateResult;
import io.jenkins.plugins.mlops.core.gate.InputFile;
import io.jenkins.plugins.mlops.core.gate.LazyRuns;
import io.jenkins.plugins.mlops.core.gate.Measurement;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.Figures;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import io.jenkins.plugins.mlops.step.AgentStepExecution;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Reads the files on the agent and judges on the controller, where the reports stay. What a try left behind tells the next one
 * how far it came:
 *
 * <pre>
 * READ      nothing is written
 * REPORTED  the reports are in the build's directory, gate.json in the archive, the statement in the controller's lineage
 * RECORDED  the build's facts have the verdict: it is not judged again
 * COPIED    the workspace has the reports, where the pipeline wants that
 * ACTED     the step failed, the build is unstable, or the outcome went to the pipeline
 * </pre>
 */
class EvaluationGateStepExecution extends AgentStepExecution<GateOutcome> {

    private static final long serialVersionUID = 1L;

    /** Failed rules that the error names; the log has them all. */
    private static final int NAMED_RULES = 10;

    private final String rules;
    private final String name;
    private final String metrics;
    private final String baseline;
    private final String model;
    private final String server;
    private final String reportDir;
    private final OnFailure onFailure;

    /** When it is decided, in milliseconds: the same in every try, so that they record one statement. */
    private final long decidedAt;

    EvaluationGateStepExecution(StepContext context, EvaluationGateStep step, OnFailure onFailure)
            throws IOException, InterruptedException {
        super(context);
        this.rules = step.getRules();
        this.name = step.getName();
        this.metrics = step.getMetrics();
        this.baseline = step.getBaseline();
        this.model = step.getModel();
        this.server = step.getServer();
        this.reportDir = step.getReportDir();
        this.onFailure = onFailure;
        this.decidedAt = System.currentTimeMillis();
    }

    @Override
    protected String doing() {
        return "judging by " + rules;
    }

    @Override
    protected GateOutcome work(@NonNull FilePath directory) throws IOException, InterruptedException {
        String id = useId();
        FilePath reports = reportDir == null ? null : reports(directory);
        Optional<RunFacts.GateUse> decided = BuildLineage.of(run()).facts().gates().stream()
                .filter(use -> use.id().equals(id))
                .findFirst();
        RunFacts.GateUse use = decided.isPresent() ? decided.get() : decide(new WorkspaceFiles(directory), id);
        if (reports != null) {
            new FilePath(BuildLineage.of(run())
                            .directory()
                            .resolve(use.report())
                            .toFile())
                    .copyRecursiveTo("gate.*", reports);
        }
        GateOutcome outcome = new GateOutcome(use);
        if (!outcome.isPassed()) {
            onFailure.act(getContext(), refusal(use));
        }
        return outcome;
    }

    /** Neither the directory nor a report that is there already may be a link out of the workspace. */
    private FilePath reports(FilePath directory) throws IOException, InterruptedException {
        WorkspaceBounds bounds = WorkspaceBounds.of(getContext(), directory);
        for (String file : GateReports.FILES) {
            bounds.within(directory, reportDir + "/" + file, "'reportDir'");
        }
        return bounds.within(directory, reportDir, "'reportDir'");
    }

    private RunFacts.GateUse decide(WorkspaceFiles files, String id) throws IOException, InterruptedException {
        BuildLineage lineage = BuildLineage.of(run());
        RunFacts facts = lineage.facts();
        Run<?, ?> build = run();
        JobPolicy policy = JobPolicy.of(build);
        if (model != null) {
            policy.checkModel(model);
        }
        try (LazyRuns runs = new LazyRuns(
                () -> policy.mlflowServer(facts.mlflowServer(server)).connect(build))) {
            Gate gate = Gate.of(files.read(rules));
            GateCandidate candidate = metrics == null
                    ? GateCandidate.ofBuild(lineage, runs)
                    : GateCandidate.of(files.read(metrics), facts.trainings());
            listener()
                    .getLogger()
                    .println("Judging " + candidate.measurement().origin() + " by " + rules + " (" + workspace() + ")");
            Measurement champion = champion(lineage, files, runs);
            GateResult result = gate.evaluate(
                    candidate.measurement(), new Baselines(path -> beside(files, path), champion, model, runs));
            return keep(lineage, result, id, candidate.runId());
        }
    }

    /** What the pipeline names, else what this build has measured beside the candidate; null for what MLflow has. */
    private Measurement champion(BuildLineage lineage, WorkspaceFiles files, LazyRuns runs)
            throws IOException, InterruptedException {
        if (baseline != null) {
            return Measurement.of(files.read(baseline));
        }
        return metrics == null ? GateCandidate.champion(lineage, runs) : null;
    }

    private RunFacts.GateUse keep(BuildLineage lineage, GateResult result, String id, String runId)
            throws IOException, InterruptedException {
        String report = "gates/" + id;
        Path reports = lineage.directory().resolve(report);
        GateReports.write(result, reports);
        GateArchive.keep(Files.readAllBytes(reports.resolve(GateReports.JSON_FILE)));
        Instant at = Instant.ofEpochMilli(decidedAt);
        GateReports.statement(result, at).ifPresent(ControllerLineage.store()::append);
        PrintStream log = listener().getLogger();
        result.baselines()
                .forEach(found ->
                        log.println("Compared with " + found.measurement().origin()));
        log.print(GateReports.text(result));
        Documents.writeJson(reports.resolve(Figures.FILE), Figures.of(result));
        RunFacts.GateUse use = use(id, report, result, runId, at);
        lineage.update(recorded -> recorded.with(use));
        return use;
    }

    /** A baseline that a rule names. */
    private InputFile beside(WorkspaceFiles files, String path) {
        try {
            return files.readBeside(rules, path);
        } catch (AbortException e) {
            throw MlopsException.usage(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Reading " + path);
        }
    }

    private RunFacts.GateUse use(String id, String report, GateResult result, String runId, Instant at) {
        return new RunFacts.GateUse(
                id,
                name,
                result.verdict().toString(),
                result.summary(),
                report,
                GateReports.digest(result).toString(),
                result.candidate().model() == null
                        ? null
                        : result.candidate().model().toString(),
                runId,
                result.baselines().isEmpty()
                        ? null
                        : result.baselines().get(0).measurement().origin(),
                GateReports.lines(result).stream()
                        .map(line -> new RunFacts.RuleUse(
                                line.metric(),
                                line.slice(),
                                line.value(),
                                line.limit(),
                                line.baseline(),
                                line.verdict(),
                                line.reason(),
                                line.delta(),
                                line.interval(),
                                line.confidence(),
                                line.samples(),
                                line.direction()))
                        .toList(),
                at.toString(),
                report + "/" + Figures.FILE);
    }

    private static String refusal(RunFacts.GateUse use) {
        List<String> reasons = use.rules().stream()
                .filter(rule -> !rule.verdict().equals("pass"))
                .map(RunFacts.RuleUse::reason)
                .toList();
        return "The gate" + (use.name() == null ? "" : " " + use.name())
                + (use.verdict().equals("fail") ? " failed (" : " is inconclusive (") + use.summary() + "): "
                + reasons.stream().limit(NAMED_RULES).collect(Collectors.joining("; "))
                + (reasons.size() > NAMED_RULES ? "; and " + (reasons.size() - NAMED_RULES) + " more" : "");
    }
}
