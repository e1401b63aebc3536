package io.jenkins.plugins.mlops.cli.pod;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.pod.PodStores;
import io.jenkins.plugins.mlops.core.pod.PodSupply;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops pod supply}. */
@Command(name = "supply", description = "Bring what the pod's command reads.", mixinStandardHelpOptions = true)
final class SupplyCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    SupplyCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        PodEnvironment pod = PodEnvironment.of(host);
        Output out = output.output(host);
        try (PodStores stores = pod.stores(host);
                ProgressPrinter progress = out.progress()) {
            new PodSupply(pod.plan(), stores, pod.root(), pod.cache(), out::note).run(pod.identity(), progress);
            return 0;
        } catch (IOException e) {
            throw MlopsException.failed("The pod's directory " + pod.root() + " cannot be used: " + e.getMessage(), e);
        }
    }
}
