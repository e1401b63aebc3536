package io.jenkins.plugins.mlops.lineage;

import io.jenkins.plugins.mlops.lineage.RunFacts.GateUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.RuleUse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * One build of a {@link JobTrend}: the numbers that its gates looked at, then what else was measured of its model, and the limits that the
 * gates set; each by metric.
 */
@ExportedBean(defaultVisibility = 2)
public final class TrendPoint {

    /** As reports write a limit: {@code >= 0.9}; or only the number. */
    private static final Pattern NUMBER = Pattern.compile("(?:[<>]=?\\s*)?([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)");

    /** A rule for every slice tells the worst one, which is another one each time. */
    private static final Pattern WORST = Pattern.compile(".*\\(worst of \\d+\\)");

    private final int number;
    private final String verdict;
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final Map<String, Double> limits = new LinkedHashMap<>();

    TrendPoint(BuildFiles.Build build) {
        number = build.number();
        String last = null;
        for (GateUse gate : build.facts().gates()) {
            last = gate.verdict();
            for (RuleUse rule : gate.rules()) {
                String metric = metric(rule);
                number(rule.value(), values, metric);
                number(rule.limit(), limits, metric);
            }
        }
        build.facts().lastMetrics().forEach((metric, value) -> values.putIfAbsent(Shown.text(metric), value));
        verdict = Shown.text(last);
    }

    private static String metric(RuleUse rule) {
        String slice = rule.slice();
        if (slice == null || slice.isEmpty()) {
            return Shown.text(rule.metric());
        }
        return Shown.text(rule.metric() + ", " + (WORST.matcher(slice).matches() ? "worst slice" : slice));
    }

    private static void number(String text, Map<String, Double> into, String metric) {
        if (text == null || metric == null) {
            return;
        }
        Matcher number = NUMBER.matcher(text.strip());
        if (number.matches()) {
            try {
                double value = Double.parseDouble(number.group(1));
                if (Double.isFinite(value)) {
                    into.put(metric, value);
                }
            } catch (NumberFormatException e) {
                return; // "1.2.3": no number that a chart could show
            }
        }
    }

    @Exported
    public int getNumber() {
        return number;
    }

    /** Of the last gate; null without one. */
    @Exported
    public String getVerdict() {
        return verdict;
    }

    @Exported
    public Map<String, Double> getValues() {
        return Map.copyOf(values);
    }

    @Exported
    public Map<String, Double> getLimits() {
        return Map.copyOf(limits);
    }

    /** The metrics in the order in which the gates have them. */
    Iterable<String> metrics() {
        return values.keySet();
    }

    /** For the table: null without one. */
    public String value(String metric) {
        return JobTrend.shown(values.get(metric));
    }

    /** For the table: null without one. */
    public String limit(String metric) {
        return JobTrend.shown(limits.get(metric));
    }
}
