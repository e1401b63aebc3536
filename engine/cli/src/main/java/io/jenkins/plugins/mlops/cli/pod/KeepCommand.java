package io.jenkins.plugins.mlops.cli.pod;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.pod.PodKeep;
import io.jenkins.plugins.mlops.core.pod.PodPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code mlops pod keep}: a sidecar. It keeps checkpoints until it is asked to end, which the kubelet does once the command has ended;
 * then it keeps the outputs, for as long as the pod is given.
 */
@Command(
        name = "keep",
        description = "Keep what the pod's command writes, until SIGTERM; then its outputs.",
        mixinStandardHelpOptions = true)
final class KeepCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    KeepCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        PodEnvironment pod = PodEnvironment.of(host);
        Output out = output.output(host);
        PodKeep keep = new PodKeep(pod.plan(), pod.stores(host), pod.root(), pod.identity(), out::note);
        CountDownLatch over = new CountDownLatch(1);
        // The JVM ends when its shutdown hooks have; until then this one works.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(keep, over, out), "mlops-keep"));
        try {
            Files.writeString(pod.root().resolve(PodPlan.KEEPING), "");
            while (true) {
                keep.checkpoints();
                Thread.sleep(PodKeep.INTERVAL.toMillis());
            }
        } catch (InterruptedException e) {
            return 0;
        } catch (IOException e) {
            throw MlopsException.failed("The pod's directory " + pod.root() + " cannot be used: " + e.getMessage(), e);
        } finally {
            over.countDown();
        }
    }

    private static void finish(PodKeep keep, CountDownLatch over, Output out) {
        try {
            over.await();
            keep.checkpoints();
            keep.outputs();
        } catch (MlopsException e) {
            out.note("mlops: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
