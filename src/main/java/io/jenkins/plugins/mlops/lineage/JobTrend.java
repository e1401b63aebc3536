package io.jenkins.plugins.mlops.lineage;

import hudson.model.Job;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** How chosen metrics went over the last builds of a job, with the limits of its gates. Read anew for each page; immutable. */
public final class JobTrend {

    static final int BUILDS = 50;
    static final int MOST_BUILDS = 200;

    /** So many lines can be told apart; the others can be chosen. */
    private static final int SHOWN = 3;

    private static final int MOST_SHOWN = 8;

    /** Names that a page lists to choose from. */
    private static final int MOST_NAMES = 200;

    private final List<TrendPoint> points;
    private final Set<String> names = new LinkedHashSet<>();
    private final List<String> chosen;

    private JobTrend(List<TrendPoint> points, Collection<String> wanted) {
        this.points = points;
        for (int i = points.size() - 1; i >= 0; i--) {
            for (String name : points.get(i).metrics()) {
                if (names.size() < MOST_NAMES) {
                    names.add(name);
                }
            }
        }
        List<String> known = wanted.stream()
                .filter(names::contains)
                .distinct()
                .limit(MOST_SHOWN)
                .toList();
        chosen = known.isEmpty() ? names.stream().limit(SHOWN).toList() : known;
    }

    /**
     * @param builds how many to show; what is no sensible number is made one
     * @param wanted metrics by name; unknown ones are left out, and without any the first ones of the gates are shown
     */
    static JobTrend of(Job<?, ?> job, int builds, Collection<String> wanted) {
        int most = builds < 1 ? BUILDS : Math.min(builds, MOST_BUILDS);
        return new JobTrend(
                new BuildFiles(job).last(most).stream().map(TrendPoint::new).toList(), wanted);
    }

    /** The oldest first. */
    public List<TrendPoint> getPoints() {
        return points;
    }

    /** The newest first. */
    public List<TrendPoint> getNewestFirst() {
        List<TrendPoint> newest = new ArrayList<>();
        points.forEach(point -> newest.add(0, point));
        return newest;
    }

    /** All metrics of these builds, the newest build's first. */
    public List<String> getNames() {
        return List.copyOf(names);
    }

    public List<String> getChosen() {
        return chosen;
    }

    /** Whether there is anything to draw. */
    public boolean isEmpty() {
        return chosen.isEmpty();
    }

    /** What the chart's script draws. */
    public String getChart() {
        List<Object> series = new ArrayList<>();
        for (String metric : chosen) {
            series.add(line(metric, false, point -> point.getValues().get(metric)));
            if (points.stream().anyMatch(point -> point.getLimits().containsKey(metric))) {
                series.add(line(
                        metric + ": limit", true, point -> point.getLimits().get(metric)));
            }
        }
        Map<String, Object> chart = new LinkedHashMap<>();
        chart.put("type", "line");
        chart.put("xType", "category");
        chart.put("x", points.stream().map(point -> "#" + point.getNumber()).toList());
        chart.put("xLabel", "Build");
        chart.put("yLabel", "");
        chart.put("series", series);
        return Documents.toJson(chart);
    }

    private Map<String, Object> line(String name, boolean dashed, Function<TrendPoint, Double> number) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("data", points.stream().map(number).toList());
        line.put("dashed", dashed);
        return line;
    }

    /** As many digits as a reader compares. */
    static String shown(Double number) {
        return number == null
                ? null
                : new BigDecimal(number)
                        .round(new MathContext(5))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
