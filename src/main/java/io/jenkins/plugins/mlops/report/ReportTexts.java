package io.jenkins.plugins.mlops.report;

import static io.jenkins.plugins.mlops.core.bitbucket.BitbucketMarkdown.escaped;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.mlops.cluster.ControllerId;
import io.jenkins.plugins.mlops.core.bitbucket.BuildStatus;
import io.jenkins.plugins.mlops.core.bitbucket.CodeReport;
import io.jenkins.plugins.mlops.core.bitbucket.StickyComment;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.lineage.RunFacts.GateUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.RuleUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Bitbucket is told of a build, from what its gates left with it. Everything that comes from metrics, models and names of branches is
 * printable, and escaped where Markdown would act upon it.
 */
final class ReportTexts {

    private static final int SENDER = 32;
    /** Rules of a gate that a comment shows; those that did not pass come first. */
    private static final int SHOWN_RULES = 40;
    /** Of a comment's text, so that it fits with its marker; rules are left out for it. */
    private static final int MAX_COMMENT = 30_000;
    /** What it takes to say how many are left out. */
    private static final int MORE_RULES = 60;
    /** Of any text of others within a comment. */
    private static final int MAX_CELL = 300;

    private final Run<?, ?> run;
    private final String url;
    private final ReportTarget target;
    private final List<GateUse> gates;

    /** @param url of the build */
    ReportTexts(Run<?, ?> run, String url, ReportTarget target, List<GateUse> gates) {
        this.run = run;
        this.url = url;
        this.target = target;
        this.gates = gates;
    }

    /** As which a job of this Jenkins reports: 32 hexadecimal digits, the same in all builds. */
    @NonNull
    static String sender(@NonNull Job<?, ?> job) {
        return Digest.of(ControllerId.get() + "\n" + job.getFullName()).hex().substring(0, SENDER);
    }

    /** How the build is now. */
    @NonNull
    BuildStatus status() {
        return status(
                sender(run.getParent()),
                name(),
                url,
                state(),
                state() == BuildStatus.State.RUNNING ? "The build runs" : summary(),
                run.getParent().getFullName(),
                target);
    }

    /** The end of a build that went away before it had one. */
    @NonNull
    static BuildStatus gone(@NonNull OpenReport open) {
        return status(
                open.sender(),
                open.name(),
                open.url(),
                BuildStatus.State.STOPPED,
                "The build was deleted before its end",
                null,
                open.target());
    }

    private static BuildStatus status(
            String sender,
            String name,
            String url,
            BuildStatus.State state,
            String description,
            @CheckForNull String parent,
            ReportTarget target) {
        return new BuildStatus(
                sender,
                state,
                name,
                url,
                PrintableText.of(description),
                parent,
                target.branch() == null ? null : "refs/heads/" + target.branch());
    }

    String name() {
        return PrintableText.of(run.getFullDisplayName());
    }

    private BuildStatus.State state() {
        Result result = run.getResult();
        if (run.isBuilding() || result == null) {
            return BuildStatus.State.RUNNING;
        }
        return result == Result.SUCCESS
                ? BuildStatus.State.PASSED
                : result == Result.ABORTED || result == Result.NOT_BUILT
                        ? BuildStatus.State.STOPPED
                        : BuildStatus.State.FAILED;
    }

    /** "The build ended as SUCCESS; gate: pass (2 of 2 rules hold)". */
    private String summary() {
        return Stream.concat(
                        Stream.of("The build ended as " + run.getResult()),
                        gates.stream()
                                .map(gate -> label(gate).toLowerCase(Locale.ROOT) + ": " + gate.verdict() + " ("
                                        + gate.summary() + ")"))
                .collect(Collectors.joining("; "));
    }

    private static String label(GateUse gate) {
        return gate.name() == null ? "Gate" : "Gate " + gate.name();
    }

    /** A report a gate. */
    @NonNull
    List<CodeReport> reports() {
        List<CodeReport> reports = new ArrayList<>();
        for (GateUse gate : gates) {
            reports.add(report(gate, "mlops-" + sender(run.getParent()) + "-" + reports.size()));
        }
        return reports;
    }

    private CodeReport report(GateUse gate, String key) {
        List<CodeReport.Datum> data = new ArrayList<>();
        data.add(new CodeReport.Datum("Verdict", gate.verdict()));
        data.add(new CodeReport.Datum("Commit", ReportTarget.shortened(target.commit())));
        if (gate.baseline() != null) {
            data.add(new CodeReport.Datum("Baseline", PrintableText.of(gate.baseline())));
        }
        List<RuleUse> rules = worstFirst(gate);
        rules.forEach(rule -> data.add(new CodeReport.Datum(
                PrintableText.of(rule.verdict() + ": " + subject(rule)), PrintableText.of(numbers(rule)))));
        return new CodeReport(
                key,
                PrintableText.of(label(gate) + " of " + run.getParent().getFullDisplayName()),
                Stream.concat(
                                Stream.of(gate.verdict().toUpperCase(Locale.ROOT) + ": " + gate.summary()
                                        + ". Of the build of commit " + ReportTarget.shortened(target.commit()) + "."),
                                rules.stream()
                                        .map(rule -> rule.verdict() + "  " + subject(rule) + "  " + numbers(rule)))
                        .map(PrintableText::of)
                        .collect(Collectors.joining("\n")),
                "pass".equals(gate.verdict()) ? CodeReport.Result.PASSED : CodeReport.Result.FAILED,
                url,
                data,
                rules.stream()
                        .filter(rule -> !passes(rule))
                        .map(rule -> new CodeReport.Note(
                                PrintableText.of(subject(rule) + ": " + numbers(rule) + ": " + rule.reason()),
                                "fail".equals(rule.verdict()) ? CodeReport.Severity.HIGH : CodeReport.Severity.MEDIUM))
                        .toList());
    }

    private static List<RuleUse> worstFirst(GateUse gate) {
        return gate.rules().stream()
                .sorted(Comparator.comparing(ReportTexts::passes))
                .toList();
    }

    private static boolean passes(RuleUse rule) {
        return "pass".equals(rule.verdict());
    }

    private static String subject(RuleUse rule) {
        return rule.metric() + (rule.slice() == null ? "" : " on " + rule.slice());
    }

    private static String numbers(RuleUse rule) {
        return Stream.of(
                        rule.value() == null ? "no value" : rule.value(),
                        rule.limit() == null ? null : "limit " + rule.limit(),
                        rule.baseline() == null ? null : "baseline " + rule.baseline())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(", "));
    }

    /** The comment for the pull request. */
    @NonNull
    StickyComment comment() {
        StringBuilder out = new StringBuilder();
        out.append("**[")
                .append(escaped(name()))
                .append("](")
                .append(url.replace("(", "%28").replace(")", "%29"))
                .append(")** of commit ")
                .append(escaped(ReportTarget.shortened(target.commit())))
                .append(": **")
                .append(escaped(String.valueOf(run.getResult())))
                .append("**\n");
        if (gates.isEmpty()) {
            out.append("\nNo gate decided in this build.\n");
        }
        for (int i = 0; i < gates.size(); i++) {
            String section = section(gates.get(i), MAX_COMMENT - out.length());
            if (out.length() + section.length() > MAX_COMMENT) {
                out.append("\n").append(gates.size() - i).append(" more gates are on the build's page.\n");
                break;
            }
            out.append(section);
        }
        return new StickyComment(sender(run.getParent()), run.getStartTimeInMillis(), out.toString());
    }

    /** @param most characters that its rows may fill */
    private static String section(GateUse gate, int most) {
        StringBuilder section = new StringBuilder();
        section.append("\n### ")
                .append(cell(label(gate)))
                .append(": ")
                .append(cell(gate.verdict().toUpperCase(Locale.ROOT)))
                .append("\n\n")
                .append(cell(gate.summary()))
                .append("\n\n| Verdict | Metric | Slice | Value | Limit | Baseline | Change | Reason |\n")
                .append("| --- | --- | --- | ---: | ---: | ---: | ---: | --- |\n");
        List<RuleUse> rules = worstFirst(gate);
        int shown = 0;
        for (RuleUse rule : rules) {
            String row = row(rule);
            if (shown == SHOWN_RULES || section.length() + row.length() > most - MORE_RULES) {
                break;
            }
            section.append(row);
            shown++;
        }
        if (shown < rules.size()) {
            section.append("\n").append(rules.size() - shown).append(" more rules are on the build's page.\n");
        }
        return section.toString();
    }

    private static String row(RuleUse rule) {
        return Stream.of(
                        rule.verdict(),
                        rule.metric(),
                        rule.slice() == null ? "overall" : rule.slice(),
                        rule.value(),
                        rule.limit(),
                        rule.baseline(),
                        rule.delta(),
                        rule.reason())
                .map(ReportTexts::cell)
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String cell(@CheckForNull String text) {
        if (text == null) {
            return "";
        }
        return escaped(text.length() > MAX_CELL ? text.substring(0, MAX_CELL) + "\u2026" : text);
    }
}
