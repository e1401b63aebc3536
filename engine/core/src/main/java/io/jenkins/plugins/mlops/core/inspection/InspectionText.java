package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as people read it. Names of files are made safe to show. */
public final class InspectionText {

    private static final int SHOWN_CLASSES = 50;

    private final InspectionReport report;
    private final int shown;
    private final StringBuilder text = new StringBuilder();

    private InspectionText(InspectionReport report, int shown) {
        this.report = report;
        this.shown = shown;
    }

    /** @param shown how many examples of each kind at most */
    public static String of(InspectionReport report, int shown) {
        return new InspectionText(report, shown).write();
    }

    /** Writes a report as JSON when the file's name ends in {@code .json}, else as text with all examples. */
    public static void write(InspectionReport report, Path file) throws IOException {
        Documents.writeAtomically(
                file,
                String.valueOf(file.getFileName()).endsWith(".json")
                        ? Documents.toJson(report)
                        : of(report, FindingLog.EXAMPLES));
    }

    private String write() {
        line(report.passed() ? "pass" : "fail", set(report.set()));
        if (report.against() != null) {
            line("  against", set(report.against()));
        }
        if (report.images() != null) {
            ImageSummary images = report.images();
            line("  images", number(images.decoded()) + " decoded" + kinds(images));
        }
        line("  labels", report.labels() == LabelFormat.NONE ? "none found" : labels());
        report.classes().stream()
                .limit(SHOWN_CLASSES)
                .forEach(count -> text.append("    ")
                        .append(PrintableText.of(count.name()))
                        .append(": ")
                        .append(number(count.images()))
                        .append(" images, ")
                        .append(number(count.objects()))
                        .append(" objects\n"));
        more(report.classes().size() - SHOWN_CLASSES, "    ");
        report.findings().stream().filter(Finding::broken).forEach(finding -> finding("broken", finding));
        report.findings().stream()
                .filter(finding -> !finding.broken() && finding.count() > 0)
                .forEach(finding -> finding("allowed", finding));
        String fine = words(report.findings().stream()
                .filter(finding -> finding.count() == 0)
                .map(finding -> finding.kind().words())
                .toList());
        if (!fine.isEmpty()) {
            line("none of", fine);
        }
        Map<String, List<String>> notChecked = report.notChecked().stream()
                .collect(Collectors.groupingBy(
                        InspectionReport.NotChecked::why,
                        LinkedHashMap::new,
                        Collectors.mapping(not -> not.kind().words(), Collectors.toList())));
        notChecked.forEach((why, kinds) -> line("not checked, since " + why, words(kinds)));
        return text.toString();
    }

    private String labels() {
        return report.labels().key()
                + (report.classes().isEmpty() ? "" : ", " + report.classes().size() + " classes")
                + (report.background() == 0 ? "" : ", nothing on " + number(report.background()) + " images");
    }

    private static String kinds(ImageSummary images) {
        StringBuilder kinds = new StringBuilder();
        images.formats()
                .forEach((format, count) ->
                        kinds.append(", ").append(format.key()).append(' ').append(number(count)));
        images.channels()
                .forEach((channels, count) -> kinds.append(", ")
                        .append(channels)
                        .append(channels == 1 ? " channel " : " channels ")
                        .append(number(count)));
        if (images.width() != null) {
            kinds.append(", ")
                    .append(images.width())
                    .append(" x ")
                    .append(images.height())
                    .append(" pixels");
        }
        return kinds.toString();
    }

    private void finding(String result, Finding finding) {
        line(
                result,
                number(finding.count()) + " " + finding.kind().words() + " ("
                        + (finding.limit().isAny() ? "any are allowed" : "at most " + finding.limit() + " allowed")
                        + ")");
        finding.examples().stream()
                .limit(shown)
                .forEach(example -> text.append("    ")
                        .append(PrintableText.of(example.path()))
                        .append(": ")
                        .append(PrintableText.of(example.problem()))
                        .append('\n'));
        more(finding.count() - Math.min(shown, finding.examples().size()), "    ");
    }

    private void more(long count, String indent) {
        if (count > 0) {
            text.append(indent).append("and ").append(number(count)).append(" more\n");
        }
    }

    private void line(String head, String rest) {
        text.append(head).append(": ").append(rest).append('\n');
    }

    private static String words(List<String> words) {
        return String.join("; ", words);
    }

    private static String set(InspectionReport.SetSummary set) {
        return PrintableText.of(set.name()) + (set.version() == null ? "" : " (" + set.version() + ")") + ", "
                + Amounts.filesAndBytes(set.files(), set.bytes()) + ", " + number(set.images()) + " images"
                + (set.groups() == 0 ? "" : ", " + number(set.groups()) + " groups");
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
