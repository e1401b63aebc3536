package io.jenkins.plugins.mlops.core.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.cluster.ClusterFacts;
import io.jenkins.plugins.mlops.core.pod.NodeReading;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * On what a training ran: what the labels of its nodes say that NVIDIA's GPU operator sets, where nodes may be read, and what the pods
 * themselves saw. Several values of one thing are of several nodes; what nobody says is empty.
 *
 * @param nodes by name
 * @param gpuProducts such as NVIDIA-A100-SXM4-80GB
 * @param drivers versions of the NVIDIA driver
 * @param cuda the newest versions of CUDA that the drivers know
 * @param kernels versions
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Hardware(
        Set<String> nodes, Set<String> gpuProducts, Set<String> drivers, Set<String> cuda, Set<String> kernels) {

    private static final String LABEL = "nvidia.com/";

    Hardware {
        nodes = sorted(nodes);
        gpuProducts = sorted(gpuProducts);
        drivers = sorted(drivers);
        cuda = sorted(cuda);
        kernels = sorted(kernels);
    }

    private static Set<String> sorted(Collection<String> values) {
        Set<String> sorted = new TreeSet<>();
        if (values != null) {
            values.stream().filter(Objects::nonNull).forEach(sorted::add);
        }
        return sorted;
    }

    /** @param names of the nodes that it ran on @param said by its pods */
    static Hardware of(Collection<String> names, ClusterFacts facts, List<NodeReading> said) {
        Set<String> products = new TreeSet<>();
        Set<String> drivers = new TreeSet<>();
        Set<String> cuda = new TreeSet<>();
        Set<String> kernels = new TreeSet<>();
        for (ClusterFacts.Node node : facts.nodes().orElse(List.of())) {
            if (names.contains(node.name())) {
                label(node, "gpu.product").ifPresent(products::add);
                version(node, "cuda.driver-version.full", "cuda.driver").ifPresent(drivers::add);
                version(node, "cuda.runtime-version.full", "cuda.runtime").ifPresent(cuda::add);
            }
        }
        for (NodeReading one : said) {
            if (products.isEmpty() && one.gpus().size() == 1) {
                products.addAll(one.gpus());
            }
            if (one.driver() != null) {
                drivers.add(one.driver());
            }
            if (one.kernel() != null) {
                kernels.add(one.kernel());
            }
        }
        return new Hardware(sorted(names), products, drivers, cuda, kernels);
    }

    private static Optional<String> label(ClusterFacts.Node node, String name) {
        return Optional.ofNullable(node.labels().get(LABEL + name)).filter(value -> !value.isBlank());
    }

    /** The operator writes versions whole in its newer releases, and in parts in all. */
    private static Optional<String> version(ClusterFacts.Node node, String whole, String parts) {
        Optional<String> full = label(node, whole);
        if (full.isPresent()) {
            return full;
        }
        Optional<String> major = label(node, parts + ".major");
        String rest = label(node, parts + ".minor").map(minor -> "." + minor).orElse("")
                + label(node, parts + ".rev").map(rev -> "." + rev).orElse("");
        return major.map(number -> number + rest);
    }

    /** Puts it into what is known of a training; what is missing of a GPU is a gap. */
    void into(TrainingFacts facts, int gpus) {
        add(facts, "nodes", nodes);
        add(facts, "gpuProduct", gpuProducts);
        add(facts, "gpuDriver", drivers);
        add(facts, "cuda", cuda);
        add(facts, "kernel", kernels);
        if (gpus > 0 && gpuProducts.isEmpty()) {
            facts.gap(
                    "the kind of GPU is not known: nodes may not be read, or have no label nvidia.com/gpu.product, and the"
                            + " driver showed none to the pods");
        }
        if (gpus > 0 && drivers.isEmpty()) {
            facts.gap("the version of the GPU's driver is not known: neither labels of the nodes nor the pods said it");
        }
    }

    private static void add(TrainingFacts facts, String key, Set<String> values) {
        if (!values.isEmpty()) {
            facts.added(key, List.copyOf(values));
        }
    }
}
