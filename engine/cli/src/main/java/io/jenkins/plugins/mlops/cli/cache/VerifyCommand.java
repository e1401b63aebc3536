package io.jenkins.plugins.mlops.cli.cache;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.dataset.CacheDirectoryOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.CacheCheck;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops cache verify}. */
@Command(
        name = "verify",
        description = {
            "Read every file of the dataset cache and compare it with its digest. Damaged ones go to the cache's quarantine,"
                    + " and the next pull fetches them anew.",
            "The exit code is 0 when all are intact and 1 when one was damaged."
        },
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    private static final int SHOWN = 20;

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private CacheDirectoryOptions cache;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "4",
            description = "Files read at a time (default: ${DEFAULT-VALUE}).")
    private int jobs;

    VerifyCommand(Host host) {
        this.host = host;
    }

    private record Document(String verdict, long files, long bytes, long touched, List<CacheCheck.Damaged> damaged) {}

    @Override
    public Integer call() {
        Output out = output.output(host);
        CacheCheck check;
        try (ProgressPrinter progress = out.progress()) {
            check = cache.cache(host).verify(jobs, progress);
        }
        String verdict = check.intact() ? "intact" : "damaged";
        out.result(
                text(check, verdict),
                new Document(verdict, check.files(), check.bytes(), check.touched(), check.damaged()));
        return check.intact() ? 0 : MlopsException.Kind.FAILED.exitCode();
    }

    private static String text(CacheCheck check, String verdict) {
        int more = check.damaged().size() - SHOWN;
        return verdict + ": " + Amounts.filesAndBytes(check.files(), check.bytes())
                + (check.touched() == 0
                        ? ""
                        : "\n  " + Amounts.files(check.touched()) + " whole, though touched since the last check")
                + check.damaged().stream().limit(SHOWN).map(VerifyCommand::line).collect(Collectors.joining())
                + (more > 0 ? "\n  and " + more + " more" : "");
    }

    private static String line(CacheCheck.Damaged damaged) {
        return "\n  " + damaged.sha256() + " is " + damaged.found()
                + (damaged.links() == 0
                        ? ""
                        : ", and so " + (damaged.links() == 1 ? "is" : "are") + " " + Amounts.files(damaged.links())
                                + " of pulled directories: pull these again");
    }
}
