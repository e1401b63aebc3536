package io.jenkins.plugins.mlops.cli.cache;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.dataset.CacheDirectoryOptions;
import io.jenkins.plugins.mlops.core.dataset.CacheStats;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops cache stats}. */
@Command(
        name = "stats",
        description = "Say what is in the dataset cache, what holds it there and when it was used last.",
        mixinStandardHelpOptions = true)
final class StatsCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private CacheDirectoryOptions cache;

    StatsCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output out = output.output(host);
        CacheStats stats;
        try (ProgressPrinter progress = out.progress()) {
            stats = cache.cache(host).stats(progress);
        }
        out.result(text(stats), stats);
        return 0;
    }

    private static String text(CacheStats stats) {
        StringBuilder text = new StringBuilder(stats.directory() + ": " + amount(stats.cached()));
        line(text, "linked into directories", stats.linked());
        line(text, "held", stats.held());
        line(text, "partial downloads", stats.partial());
        line(text, "quarantined", stats.quarantined());
        int days = 0;
        for (CacheStats.Age age : stats.lastUse()) {
            if (age.files() > 0) {
                text.append("\n  used last ")
                        .append(age.withinDays() == null ? "more than " + days + " days ago" : within(age.withinDays()))
                        .append(": ")
                        .append(Amounts.filesAndBytes(age.files(), age.bytes()));
            }
            days = age.withinDays() == null ? days : age.withinDays();
        }
        for (CacheStats.Holder holder : stats.holders()) {
            text.append("\n  ")
                    .append(holder.name())
                    .append(" holds ")
                    .append(Amounts.files(holder.files()))
                    .append(holder.until() == null ? "" : " until " + holder.until());
        }
        for (CacheStats.Layer layer : stats.layers()) {
            text.append("\n  below: ")
                    .append(layer.directory())
                    .append(": ")
                    .append(Amounts.filesAndBytes(layer.files(), layer.bytes()));
        }
        return text.toString();
    }

    private static String within(int days) {
        return "within " + (days == 1 ? "a day" : days + " days");
    }

    private static void line(StringBuilder text, String what, CacheStats.Amount amount) {
        if (amount.files() > 0) {
            text.append("\n  ").append(what).append(": ").append(amount(amount));
        }
    }

    private static String amount(CacheStats.Amount amount) {
        return Amounts.filesAndBytes(amount.files(), amount.bytes());
    }
}
