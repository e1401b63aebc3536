package io.jenkins.plugins.mlops.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Two versions of a model side by side. */
@Restricted(NoExternalUse.class)
public final class Comparison {

    private final VersionView left;
    private final VersionView right;

    Comparison(VersionView left, VersionView right) {
        this.left = left;
        this.right = right;
    }

    /** Where they come from, and what the gates said. */
    public List<ComparedRow> getOrigins() {
        List<ComparedRow> rows = new ArrayList<>();
        add(rows, "Gate", gate(left), gate(right));
        add(rows, "Commit", left.getCommit(), right.getCommit());
        add(rows, "Repository", left.getRepository(), right.getRepository());
        add(rows, "Training data", datasets(left, "training"), datasets(right, "training"));
        add(rows, "Evaluation data", datasets(left, "evaluation"), datasets(right, "evaluation"));
        add(rows, "Image", left.getImage(), right.getImage());
        add(rows, "Parent model", left.getParent(), right.getParent());
        add(rows, "Model", left.getModelDigest(), right.getModelDigest());
        add(rows, "Registered by", left.getBy(), right.getBy());
        add(rows, "Registered", left.getAt(), right.getAt());
        return rows;
    }

    /** All metrics of both. */
    public List<ComparedRow> getMetrics() {
        Map<String, Double> before = left.run() == null ? Map.of() : left.run().metrics();
        Map<String, Double> after = right.run() == null ? Map.of() : right.run().metrics();
        TreeSet<String> names = new TreeSet<>(left.getMetrics().keySet());
        names.addAll(right.getMetrics().keySet());
        List<ComparedRow> rows = new ArrayList<>();
        for (String name : names) {
            Double from = before.get(name);
            Double to = after.get(name);
            rows.add(new ComparedRow(
                    name,
                    left.metric(name),
                    right.metric(name),
                    from == null || to == null ? null : Numbers.difference(from, to)));
        }
        return rows;
    }

    /** All parameters of both, those that differ first. */
    public List<ComparedRow> getParams() {
        TreeSet<String> names = new TreeSet<>(left.getParams().keySet());
        names.addAll(right.getParams().keySet());
        List<ComparedRow> different = new ArrayList<>();
        List<ComparedRow> same = new ArrayList<>();
        for (String name : names) {
            ComparedRow row = new ComparedRow(
                    name, left.getParams().get(name), right.getParams().get(name), null);
            (row.isSame() ? same : different).add(row);
        }
        different.addAll(same);
        return different;
    }

    /** Whether their numbers come from different evaluation data, so that they say little about each other. */
    public boolean isIncomparable() {
        String before = datasets(left, "evaluation");
        String after = datasets(right, "evaluation");
        return before != null && after != null && !before.equals(after);
    }

    private static void add(List<ComparedRow> rows, String name, String left, String right) {
        if (left != null || right != null) {
            rows.add(new ComparedRow(name, left, right, null));
        }
    }

    private static String gate(VersionView version) {
        VerdictView gate = version.getGate();
        return gate == null ? null : gate.getVerdict() + (gate.getSummary() == null ? "" : ": " + gate.getSummary());
    }

    /** Null for none. */
    private static String datasets(VersionView version, String role) {
        String all = version.getDatasets().stream()
                .filter(dataset -> dataset.getRole().equals(role))
                .map(dataset -> (dataset.getName() == null ? "" : dataset.getName() + " ") + dataset.getId())
                .collect(Collectors.joining(", "));
        return all.isEmpty() ? null : all;
    }
}
