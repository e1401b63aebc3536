package io.jenkins.plugins.mlops.cli.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCheck;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.Selection;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops dataset verify}. */
@Command(
        name = "verify",
        description = {
            "Compare a pulled directory with its manifest, reading every byte. No network is used.",
            "The exit code is 0 when it is intact and 1 when it is damaged."
        },
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    private static final int SHOWN_PROBLEMS = 20;

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Parameters(paramLabel = "DIR", description = "A directory that 'mlops dataset pull' made.")
    private Path directory;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "4",
            description = "Files read at a time (default: ${DEFAULT-VALUE}).")
    private int jobs;

    VerifyCommand(Host host) {
        this.host = host;
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Document(
            String version,
            long files,
            long bytes,
            String verdict,
            List<DatasetCheck.Problem> problems,
            Selection partial) {}

    @Override
    public Integer call() {
        Output out = output.output(host);
        DatasetCheck check;
        try (ProgressPrinter progress = out.progress()) {
            check = Datasets.verify(host.resolve(directory), jobs, progress);
        }
        String verdict = check.intact() ? "intact" : "damaged";
        out.result(
                text(check, verdict),
                new Document(
                        check.version().toString(),
                        check.files(),
                        check.bytes(),
                        verdict,
                        check.problems(),
                        check.selection().isAll() ? null : check.selection()));
        return check.intact() ? 0 : MlopsException.Kind.FAILED.exitCode();
    }

    private static String text(DatasetCheck check, String verdict) {
        String problems = check.problems().stream()
                .limit(SHOWN_PROBLEMS)
                .map(problem -> "\n  " + problem.path() + " " + problem.problem())
                .collect(Collectors.joining());
        int more = check.problems().size() - SHOWN_PROBLEMS;
        return verdict + ": " + Amounts.filesAndBytes(check.files(), check.bytes())
                + (check.selection().isAll() ? " of " : ", a part of ") + check.version() + problems
                + (more > 0 ? "\n  and " + more + " more" : "");
    }
}
