package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops quickstart}. */
@Command(
        name = "quickstart",
        description = {
            "Walk through the whole story on this machine: dataset, training, gate, promotion, lineage.",
            "Starts a real S3 server and a real MLflow server; needs Python 3.9+ and Maven. Everything it makes is below one"
                    + " directory."
        },
        mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {

    private final Host host;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "mlops-quickstart",
            description = "Where everything is kept (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(names = "--keep", description = "Leave the servers running at the end, and say how to use and stop them.")
    private boolean keep;

    @Option(names = "--stop", description = "Only stop the servers that an earlier --keep left running.")
    private boolean stop;

    @Mixin
    private OutputOptions output;

    QuickstartCommand(Host host) {
        this.host = host;
    }

    private record Stopped(List<LocalServer> stopped) {}

    @Override
    public Integer call() {
        if (keep && stop) {
            throw MlopsException.usage("--keep and --stop exclude each other");
        }
        QuickstartDirectory root = new QuickstartDirectory(host.resolve(directory));
        Output out = output.output(host);
        if (stop) {
            stop(root, out);
            return 0;
        }
        Narrator narrator = new Narrator(out.isQuiet() ? null : out.isJson() ? host.err() : host.out());
        Quickstart quickstart = new Quickstart(host, root, narrator);
        QuickstartDocument document = quickstart.run(keep);
        out.result(new Summary(document, root.root()).text(), document);
        return 0;
    }

    private static void stop(QuickstartDirectory root, Output out) {
        List<LocalServer> stopped = root.allRuns().stream()
                .flatMap(run -> Servers.stop(run).stream())
                .toList();
        out.result(
                stopped.isEmpty()
                        ? "No server of a quickstart in " + root.root() + " is running"
                        : stopped.stream()
                                .map(server -> "Stopped the " + server.name() + " server at " + server.url())
                                .collect(Collectors.joining("\n")),
                new Stopped(stopped));
    }
}
