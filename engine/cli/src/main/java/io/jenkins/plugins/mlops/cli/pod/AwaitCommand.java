package io.jenkins.plugins.mlops.cli.pod;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.pod.RankIdentity;
import io.jenkins.plugins.mlops.core.pod.RankZero;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops pod await}. */
@Command(
        name = "await",
        description = "Wait until rank 0 listens; rank 0 itself does not wait.",
        mixinStandardHelpOptions = true)
final class AwaitCommand implements Callable<Integer> {

    private static final Pattern ADDRESS = Pattern.compile("(.+):([0-9]{1,5})");

    private final Host host;

    @Parameters(paramLabel = "HOST:PORT", description = "Where the ranks meet.")
    private String address;

    @Option(
            names = "--longest",
            paramLabel = "TIME",
            defaultValue = "30m",
            description = "Longest wait (default: ${DEFAULT-VALUE}).")
    private String longest;

    @Mixin
    private OutputOptions output;

    AwaitCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches()) {
            throw MlopsException.usage("'" + address + "' is no HOST:PORT");
        }
        if (RankIdentity.of(host.environment()).rank() > 0) {
            Output out = output.output(host);
            RankZero.await(
                    parts.group(1),
                    Integer.parseInt(parts.group(2)),
                    TimeLimit.parse(longest).duration(),
                    out::note);
        }
        return 0;
    }
}
