package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code trainModel} was told, persisted with the build. */
final class TrainModelRequest implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Names of profiles, null for the first. */
    final String cluster;

    final String server;

    private final String specification;
    private final String name;
    private final String experiment;
    private final String image;
    private final ArrayList<String> command;
    private final Integer gpus;
    private final String gpuResource;
    private final Integer nodes;
    private final String cpu;
    private final String memory;
    private final String dataset;
    private final String datasetSourceId;
    private final String evaluationDataset;
    private final String evaluationDatasetSourceId;
    private final String parent;
    private final Long seed;
    private final String params;

    /** @throws MlopsException of kind USAGE that says what is missing or does not go together */
    TrainModelRequest(TrainModelStep step) {
        cluster = step.getCluster();
        server = step.getServer();
        specification = step.getSpec() == null ? null : CodeTree.checked(step.getSpec());
        name = step.getName();
        experiment = step.getExperiment();
        image = step.getImage();
        command = step.getCommand() == null ? null : new ArrayList<>(step.getCommand());
        gpus = step.getGpus();
        gpuResource = step.getGpuResource();
        nodes = step.getNodes();
        cpu = step.getCpu();
        memory = step.getMemory();
        dataset = step.getDataset();
        datasetSourceId = step.getDatasetSourceId();
        evaluationDataset = step.getEvaluationDataset();
        evaluationDatasetSourceId = step.getEvaluationDatasetSourceId();
        parent = step.getParent();
        seed = step.getSeed();
        params = step.paramsJson();
        check();
    }

    private void check() {
        if (specification == null && (image == null || command == null)) {
            throw MlopsException.usage(
                    "trainModel wants 'spec', the path of a specification, or 'image' and 'command'");
        }
        if (specification != null && command != null) {
            throw MlopsException.usage(
                    "trainModel has 'spec' and 'command': the command of a specification is its own");
        }
        if (specification == null && evaluationDataset != null) {
            throw MlopsException.usage(
                    "trainModel has 'evaluationDataset', but no 'spec' that says how the model is measured");
        }
    }

    CodeRequest code(boolean codeInImage) {
        return new CodeRequest(specification, codeInImage);
    }

    /**
     * What is to be trained.
     *
     * @param tree where the code lies
     * @param build name of a run and its experiment where nothing else is said
     */
    TrainingSpecification specification(CodeTree tree, String build, String job) {
        TrainingSpecification read = specification == null
                ? inline(tree, build, job)
                : TrainingSpecification.read(tree.root().resolve(specification));
        return read.with(new TrainingSpecification.Overrides(
                        reference(dataset),
                        reference(evaluationDataset),
                        parent == null ? null : ModelReference.parse(parent),
                        seed,
                        Documents.readJson(params, "The parameters", Params.class)
                                .values()))
                .with(new TrainingSpecification.Size(image, gpus, gpuResource, nodes, cpu, memory));
    }

    private TrainingSpecification inline(CodeTree tree, String build, String job) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("name", name == null ? build : name);
        said.put("experiment", experiment == null ? job : experiment);
        said.put("image", image);
        said.put("command", List.copyOf(command));
        said.put("directory", tree.root().toString());
        return Documents.readJson(Documents.toJson(said), "trainModel", TrainingSpecification.class);
    }

    @CheckForNull
    private static DatasetReference reference(@CheckForNull String text) {
        return text == null ? null : DatasetReference.parse(text);
    }

    /** The datasets that must still be what another step resolved: reference to source id. */
    Map<DatasetReference, String> expected() {
        Map<DatasetReference, String> expected = new LinkedHashMap<>();
        if (dataset != null && datasetSourceId != null) {
            expected.put(reference(dataset), datasetSourceId);
        }
        if (evaluationDataset != null && evaluationDatasetSourceId != null) {
            expected.put(reference(evaluationDataset), evaluationDatasetSourceId);
        }
        return expected;
    }

    /** For diagnosis. */
    @Override
    public String toString() {
        return specification == null ? String.valueOf(image) : specification;
    }

    static Path directory(Path builds, String useId) {
        return builds.resolve("trainings").resolve(useId);
    }
}
