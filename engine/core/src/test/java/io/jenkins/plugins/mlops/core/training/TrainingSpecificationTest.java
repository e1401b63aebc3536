package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification.Overrides;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingSpecificationTest {

    private static final String FULL = """
            name: digits
            experiment: digits-experiments
            command: [python, train.py, --epochs, 3]
            directory: code
            environment: {OMP_NUM_THREADS: 1, MODE: fast}
            params: {lr: 1e-3, layers: [64, 32], optimizer: {name: sgd, momentum: 0.9}, augment: true}
            seed: 42
            datasets:
              training: {manifest: data/train.json}
            parent: models:/digits@champion
            evaluation:
              command: [python, evaluate.py]
              dataset: {from: "s3://data/digits/eval"}
            outputs: {model: export/model}
            deadlines: {queue: 2h, run: 30m}
            retries: 2
            image: registry.example.org/team/trainer:1
            resources: {gpus: 2, gpuResource: nvidia.com/mig-1g.5gb, cpu: 4, memory: 16Gi, shm: 2Gi}
            nodes: 1
            """;

    @TempDir
    Path directory;

    @Test
    void aDatasetMayBeAnOutputOfDvcInARepositoryBesideTheFile() throws IOException {
        String dvc = FULL.replace("{manifest: data/train.json}", "{dvc: data/images, repo: ../perception, rev: v1.4}");
        assertThat(read(dvc).datasets().training())
                .isEqualTo(DatasetReference.ofDvc(
                        "data/images",
                        directory.resolve("../perception").normalize().toString(),
                        "v1.4"));
        assertThat(read(dvc.replace(", repo: ../perception, rev: v1.4", ""))
                        .datasets()
                        .training())
                .isEqualTo(DatasetReference.ofDvc("data/images", directory.toString(), null));
        assertThatThrownBy(() -> read(FULL.replace("{manifest: data/train.json}", "{manifest: m.json, rev: v1}")))
                .hasMessageContaining("repo and rev belong to a dvc dataset");
    }

    @Test
    void everyKeyIsRead() throws IOException {
        TrainingSpecification read = read(FULL);
        assertThat(read.experiment()).isEqualTo("digits-experiments");
        assertThat(read.command()).containsExactly("python", "train.py", "--epochs", "3");
        assertThat(read.workingDirectory()).isEqualTo(directory.resolve("code"));
        assertThat(read.environment()).containsEntry("OMP_NUM_THREADS", "1");
        assertThat(read.seed()).isEqualTo(42);
        assertThat(read.datasets().training())
                .isEqualTo(DatasetReference.ofManifest(
                        directory.resolve("data/train.json").toString()));
        assertThat(read.parent()).isEqualTo(new ModelReference("digits", 0, "champion"));
        assertThat(read.evaluation().dataset()).isEqualTo(DatasetReference.ofPrefix("s3://data/digits/eval"));
        assertThat(read.outputs().model()).isEqualTo("export/model");
        assertThat(read.deadlines().queue().duration()).isEqualTo(Duration.ofHours(2));
        assertThat(read.deadlines().run().duration()).isEqualTo(Duration.ofMinutes(30));
        assertThat(read.retries()).isEqualTo(2);
        assertThat(read.resources().gpus()).isEqualTo(2);
        assertThat(read.resources().cpu()).isEqualTo("4");
    }

    @Test
    void aShortOneHasDefaults() throws IOException {
        TrainingSpecification read = read("name: a\ncommand: [train]\n");
        assertThat(read.experiment()).isEqualTo("a");
        assertThat(read.workingDirectory()).isEqualTo(directory);
        assertThat(read.outputs().model()).isEqualTo("model");
        assertThat(read.nodes()).isEqualTo(1);
        assertThat(read.retries()).isZero();
        assertThat(read.params().values()).isEmpty();
        assertThat(read.evaluation()).isNull();
    }

    @Test
    void mlflowGetsParametersAsPythonWritesThem() throws IOException {
        assertThat(read(FULL).mlflowParams())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "lr", "0.001",
                        "layers", "[64, 32]",
                        "optimizer.name", "sgd",
                        "optimizer.momentum", "0.9",
                        "augment", "True",
                        "seed", "42"));
    }

    @ParameterizedTest
    @CsvSource({
        "1e-5, 1e-05",
        "0.1, 0.1",
        "100.0, 100.0",
        "1e16, 1e+16",
        "123456789.125, 123456789.125",
        "2e-3, 0.002",
        "1.5e300, 1.5e+300",
        "0.0001, 0.0001",
        "-0.0, -0.0",
        "2e23, 2e+23",
        "9007199254740993.0, 9007199254740992.0"
    })
    void numbersAreWrittenAsPythonDoes(double value, String expected) {
        assertThat(new Params(Map.of("x", value)).flat()).containsEntry("x", expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    name: a\\ncomand: [x]                            | line 2, column 1 | unknown key 'comand'
                    name: a\\nname: b                                | line 2, column  | name
                    name: a\\ncommand: [x]\\ndeadlines: {run: 30}    | line 3, column 18 | 30 has no unit
                    name: a\\ncommand: [x]\\nseed: many              | line 3, column 7 | whole number
                    name: a\\ncommand: [x]\\nseed: 1.5               | line 3, column 7 | whole number
                    name: a\\ncommand: train.py                      | line 2, column 10 | list
                    name: a\\ncommand: [x]\\nparams: {lr: .nan}      | line 3, column 18 | '.nan'
                    name: a\\ncommand: [x]\\nparent: digits          | line 3, column 9 | 'digits' names no model
                    name: a\\ncommand: [x]\\nresources: {gpus: -1}   | line 3 | resources.gpus is -1
                    name: a\\ncommand: [x]\\ndatasets: {training: {from: http://x}} | line 3 | s3://bucket/prefix
                    name: a\\ncommand: [x]\\ndatasets: {training: {dvc: d.dvc, from: s3://b/c}} | line 3 | exactly one
                    name: a\\ncommand: [x]\\noutputs: {model: ../up}  | line 3 | refused
                    name: a\\n  command: [x                          | line 2 | mapping
                    """)
    void aMistakeIsToldWithLineAndColumn(String yaml, String where, String what) {
        assertThatThrownBy(() -> read(yaml.replace("\\n", "\n") + "\n"))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("spec.yaml, " + where.strip())
                .hasMessageContaining(what)
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command: [x]",
                "name: ''\ncommand: [x]",
                "name: a",
                "name: a\ncommand: []",
                "name: a\ncommand: [x]\nretries: 21",
                "name: a\ncommand: [x]\nnodes: 0",
                "name: a\ncommand: [x]\nenvironment: {AWS_SECRET_ACCESS_KEY: s}",
                "name: a\ncommand: [x]\nenvironment: {MLFLOW_RUN_ID: s}",
                "name: a\ncommand: [x]\nenvironment: {'A B': s}",
                "name: a\ncommand: [x]\nparams: {seed: 1}",
                "name: a\ncommand: [x]\nparams: {'a.b': 1}",
                "name: a\ncommand: [x]\nresources: {memory: 16GB}",
                "name: a\ncommand: [x]\nresources: {gpuResource: gpu}",
                "name: a\ncommand: [x]\ndeadlines: {run: 1w}",
                "name: a\ncommand: [x]\nevaluation: {}",
                "name: a\ncommand: [x]\nparent: models:/digits/0",
                "name: a\nimage: a b",
                "name: a\ncommand: [x]\ndatasets: {testing: {from: 's3://bucket/p'}}"
            })
    void whatTheReaderRefusesTheSchemaRefuses(String yaml) throws IOException {
        assertThat(schema().validate(yaml, InputFormat.YAML)).isNotEmpty();
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(MlopsException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {FULL, "name: a\ncommand: [x]", "name: a\nimage: i:1"})
    void whatTheReaderTakesTheSchemaTakes(String yaml) throws IOException {
        assertThat(schema().validate(yaml, InputFormat.YAML)).isEmpty();
        assertThat(read(yaml).name()).isNotBlank();
    }

    @Test
    void theDocumentedExampleIsValid() throws IOException {
        String page = Files.readString(Path.of("../../docs/training.md"));
        String yaml = page.substring(page.indexOf("```yaml") + "```yaml".length());
        yaml = yaml.substring(0, yaml.indexOf("```"));
        assertThat(schema().validate(yaml, InputFormat.YAML)).isEmpty();
        assertThat(read(yaml).name()).isEqualTo("digits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits/train", "pytorch-ddp/train", "yolo/train", "yolo/import"})
    void thePipelinesSpecificationsAreValid(String name) throws IOException {
        String yaml = Files.readString(Path.of("../../pipelines/" + name + ".yaml"));
        assertThat(schema().validate(yaml, InputFormat.YAML)).isEmpty();
        assertThat(read(yaml).command()).isNotEmpty();
    }

    @Test
    void theSchemaKnowsEveryKey() throws IOException {
        JsonNode keys = Documents.json().readTree(schemaText()).path("properties");
        List<String> components = Arrays.stream(TrainingSpecification.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        assertThat(keys.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(components);
    }

    @Test
    void whatIsGivenAtTheStartWins() throws IOException {
        Overrides given = new Overrides(
                DatasetReference.ofPrefix("s3://bucket/other"),
                null,
                ModelReference.parse("models:/digits/3"),
                7L,
                Map.of("lr", 0.5, "optimizer.momentum", 0.1, "new", "x"));
        TrainingSpecification changed = read(FULL).with(given);
        assertThat(changed.datasets().training().from()).isEqualTo("s3://bucket/other");
        assertThat(changed.evaluation()).isEqualTo(read(FULL).evaluation());
        assertThat(changed.parent().version()).isEqualTo(3);
        assertThat(changed.mlflowParams())
                .containsEntry("seed", "7")
                .containsEntry("lr", "0.5")
                .containsEntry("optimizer.momentum", "0.1")
                .containsEntry("optimizer.name", "sgd")
                .containsEntry("new", "x");
    }

    @Test
    void anEvaluationDatasetWithoutAnEvaluationIsRefused() throws IOException {
        Overrides given = new Overrides(null, DatasetReference.ofPrefix("s3://bucket/e"), null, null, Map.of());
        TrainingSpecification specification = read("name: a\ncommand: [x]");
        assertThatThrownBy(() -> specification.with(given)).hasMessageContaining("no key 'evaluation'");
    }

    @Test
    void theProcessBackendSaysWhatItCannotDoYet() throws IOException {
        ProcessBackend backend = new ProcessBackend(Map.of());
        assertThatThrownBy(() -> backend.check(read("name: a\ncommand: [x]\nnodes: 2")))
                .hasMessageContaining("not yet");
        assertThatThrownBy(() -> backend.check(read("name: a\nimage: i"))).hasMessageContaining("not yet");
        assertThat(backend.check(read("name: a\ncommand: [x]\nimage: i\nresources: {memory: 1Gi}")))
                .hasSize(2);
    }

    @Test
    void gpusAreWantedWhereTheProcessRuns() throws IOException {
        TrainingSpecification two = read("name: a\ncommand: [x]\nresources: {gpus: 2}");
        Path none = directory.resolve("no-driver");
        assertThat(new ProcessRequirements(Map.of("CUDA_VISIBLE_DEVICES", "0,1"), none).check(two))
                .isEmpty();
        assertThatThrownBy(() -> new ProcessRequirements(Map.of("CUDA_VISIBLE_DEVICES", "0"), none).check(two))
                .hasMessageContaining("asks for 2 GPUs, but this machine shows 1");
        assertThatThrownBy(() -> new ProcessRequirements(Map.of("CUDA_VISIBLE_DEVICES", "-1,0"), none).check(two))
                .hasMessageContaining("shows 0");
        assertThatThrownBy(() -> new ProcessRequirements(Map.of(), none).check(two))
                .hasMessageContaining("shows 0");
        Path driver = Files.createDirectories(directory.resolve("gpus"));
        Files.createDirectory(driver.resolve("0000:01:00.0"));
        Files.createDirectory(driver.resolve("0000:02:00.0"));
        assertThat(new ProcessRequirements(Map.of(), driver).check(two)).isEmpty();
    }

    private TrainingSpecification read(String yaml) throws IOException {
        Path file = directory.resolve("spec.yaml");
        Files.writeString(file, yaml);
        return TrainingSpecification.read(file);
    }

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schemaText(), InputFormat.JSON);
    }

    private static String schemaText() throws IOException {
        try (InputStream in = TrainingSpecification.class.getResourceAsStream("training.schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
