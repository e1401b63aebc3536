package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Says what a plain process can do of a specification. It cannot reserve GPUs, but refuses to train without those that are
 * asked for, so that nobody waits for a training that runs on the CPU.
 */
final class ProcessRequirements {

    private static final Path DRIVER_GPUS = Path.of("/proc/driver/nvidia/gpus");
    private static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";

    private final Map<String, String> callerEnvironment;
    private final Path driverGpus;

    ProcessRequirements(Map<String, String> callerEnvironment) {
        this(callerEnvironment, DRIVER_GPUS);
    }

    ProcessRequirements(Map<String, String> callerEnvironment, Path driverGpus) {
        this.callerEnvironment = callerEnvironment;
        this.driverGpus = driverGpus;
    }

    List<String> check(TrainingSpecification specification) {
        if (specification.command() == null) {
            throw MlopsException.usage("The process backend cannot run the image " + specification.image()
                    + " by itself, not yet: name a command to run on this machine");
        }
        if (specification.nodes() > 1) {
            throw MlopsException.usage("The process backend runs on one node and " + specification.nodes()
                    + " are asked for: more than one is not yet possible, set nodes to 1");
        }
        TrainingSpecification.Resources resources = specification.resources();
        checkGpus(resources.gpus(), specification.environment());
        List<String> ignored = new ArrayList<>();
        if (specification.image() != null) {
            ignored.add("The image " + specification.image()
                    + " is not used: the process backend runs the command on this machine");
        }
        if (resources.cpu() != null || resources.memory() != null || resources.shm() != null) {
            ignored.add("resources.cpu, memory and shm are not enforced by the process backend");
        }
        return ignored;
    }

    private void checkGpus(int wanted, Map<String, String> environment) {
        if (wanted == 0) {
            return;
        }
        String visible = environment.getOrDefault(VISIBLE_DEVICES, callerEnvironment.get(VISIBLE_DEVICES));
        long found = visible == null ? gpusOfDriver() : devices(visible);
        if (found < wanted) {
            throw MlopsException.failed("The training asks for " + wanted + " GPU" + (wanted == 1 ? "" : "s")
                    + ", but this machine shows " + found
                    + (visible == null ? "" : " by " + VISIBLE_DEVICES + "='" + visible + "'")
                    + ": run it where they are, or set resources.gpus to 0");
        }
    }

    /** CUDA reads the list up to the first entry that is no device. */
    private static long devices(String visible) {
        return Stream.of(visible.split(","))
                .map(String::strip)
                .takeWhile(device -> !device.isEmpty() && !device.startsWith("-"))
                .count();
    }

    private long gpusOfDriver() {
        try (Stream<Path> gpus = Files.list(driverGpus)) {
            return gpus.count();
        } catch (IOException e) {
            return 0; // no driver, no GPU
        }
    }
}
