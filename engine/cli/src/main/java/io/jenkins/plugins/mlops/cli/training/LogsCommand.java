package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops train logs}. */
@Command(
        name = "logs",
        description = "Print what a training on a cluster has printed by now, as far as its watcher has read it.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {

    private static final long LOOK_MILLIS = 500;

    private final Host host;

    @Mixin
    private RunArgument run;

    @Option(names = "--rank", paramLabel = "N", defaultValue = "0", description = "Whose (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "training",
            description = "Of training (default), evaluation or staging.")
    private Workload.Role role;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the training is over.")
    private boolean follow;

    LogsCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Path directory = run.directory(host);
        Optional<Path> log = ClusterRuns.log(directory, role, rank);
        if (!follow && log.filter(Files::exists).isEmpty()) {
            throw MlopsException.usage(
                    "Rank " + rank + " of the " + role.name().toLowerCase(Locale.ROOT) + " has printed nothing by now");
        }
        try {
            boolean over;
            long position = 0;
            do {
                over = ClusterRuns.isOver(directory);
                Optional<Path> now = ClusterRuns.log(directory, role, rank);
                if (!now.equals(log)) {
                    log = now;
                    position = 0;
                }
                if (now.isPresent()) {
                    position = print(now.get(), position);
                }
                if (follow && !over) {
                    Thread.sleep(LOOK_MILLIS);
                }
            } while (follow && !over);
            return 0;
        } catch (IOException e) {
            throw MlopsException.failed("The log of " + directory + " cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Following the log");
        }
    }

    private long print(Path log, long from) throws IOException {
        if (!Files.exists(log)) {
            return from;
        }
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(from);
            long read = in.transferTo(host.out());
            host.out().flush();
            return from + read;
        }
    }
}
