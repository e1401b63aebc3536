package io.jenkins.plugins.mlops.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.core.training.Params;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import io.jenkins.plugins.mlops.policy.Requirements;
import java.io.Serializable;
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
    private final ExpectedDatasets datasets;
    private final String parent;
    private final Long seed;
    private final String params;
    private final TrainingRequirements require;

    /** @throws MlopsException of kind USAGE that says what is missing or does not go together */
    TrainModelRequest(TrainModelStep step, KeptSecrets secrets) {
        cluster = step.getCluster();
        server = step.getServer();
        specification = step.getSpec() == null ? null : CodeTree.checked(step.getSpec());
        name = step.getName();
        experiment = step.getExperiment();
        image = step.getImage();
        List<String> words = step.getCommand();
        command = words == null ? null : new ArrayList<>(words);
        gpus = step.getGpus();
        gpuResource = step.getGpuResource();
        nodes = step.getNodes();
        cpu = step.getCpu();
        memory = step.getMemory();
        datasets = new ExpectedDatasets(
                step.getDataset(),
                step.getDatasetSourceId(),
                step.getEvaluationDataset(),
                step.getEvaluationDatasetSourceId());
        parent = step.getParent();
        seed = step.getSeed();
        params = step.paramsJson(secrets);
        require = step.getRequire();
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
        if (specification == null && datasets.hasEvaluation()) {
            throw MlopsException.usage(
                    "trainModel has 'evaluationDataset', but no 'spec' that says how the model is measured");
        }
    }

    CodeRequest code(boolean codeInImage) {
        return new CodeRequest(specification, CodeRequest.Kind.TRAINING, codeInImage);
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
                        datasets.training(tree.root()),
                        datasets.evaluation(tree.root()),
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

    /** What must be true of the training, with what the job's policies require. */
    TrainingSpecification.Requirements requirements(Requirements policies) {
        return (require == null ? new TrainingRequirements() : require).and(policies);
    }

    ExpectedDatasets datasets() {
        return datasets;
    }

    /** For diagnosis. */
    @Override
    public String toString() {
        return specification == null ? String.valueOf(image) : specification;
    }
}
