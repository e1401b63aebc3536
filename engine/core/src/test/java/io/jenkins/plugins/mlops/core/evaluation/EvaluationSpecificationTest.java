package io.jenkins.plugins.mlops.core.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an evaluation's file may say. */
class EvaluationSpecificationTest {

    @TempDir
    Path directory;

    private EvaluationSpecification read(String yaml) throws IOException {
        return EvaluationSpecification.read(Files.writeString(directory.resolve("evaluate.yaml"), yaml));
    }

    private static List<?> schemaSays(String yaml) throws IOException {
        try (InputStream in = EvaluationSpecification.class.getResourceAsStream("evaluation.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON)
                    .validate(yaml, InputFormat.YAML);
        }
    }

    @Test
    void theExampleOfTheDocumentationIsOne() throws IOException {
        Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "..", "docs", "evaluation.md")));
        assertThat(example.find()).isTrue();
        EvaluationSpecification specification = read(example.group(1));
        assertThat(specification.name()).isEqualTo("digits-evaluation");
        assertThat(specification.experiment()).isEqualTo("digits-evaluation");
        assertThat(specification.seed()).isEqualTo(1);
        assertThat(specification.deadline().duration()).hasMinutes(30);
        assertThat(specification.workingDirectory()).isEqualTo(directory);
        assertThat(schemaSays(example.group(1))).isEmpty();
    }

    @Test
    void whatIsGivenAtTheStartWins() throws IOException {
        EvaluationSpecification specification =
                read("{name: a, command: [x], seed: 1, directory: code, dataset: {manifest: m.json}}");
        assertThat(specification.workingDirectory()).isEqualTo(directory.resolve("code"));
        assertThat(specification.dataset().manifest())
                .isEqualTo(directory.resolve("m.json").toString());
        assertThat(specification.with(null, null)).isEqualTo(specification);
        EvaluationSpecification other = specification.with(DatasetReference.ofPrefix("s3://bucket/p"), 7L);
        assertThat(other.dataset().from()).isEqualTo("s3://bucket/p");
        assertThat(other.seed()).isEqualTo(7);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{command: [x]} | the key 'name' is missing",
                "{name: a} | the key 'command' is missing",
                "{name: a, command: []} | command is empty",
                "{name: a, command: [x], environment: {MLFLOW_TRACKING_URI: u}} | MLFLOW_TRACKING_URI is refused",
                "{name: a, command: [x], environment: {AWS_ACCESS_KEY_ID: u}} | AWS_ACCESS_KEY_ID is refused",
                "{name: a, command: [x], nodes: 2} | unknown key 'nodes'",
                "{name: a, command: [x], deadline: soon} | soon",
            })
    void mistakesAreTold(String yaml, String message) throws IOException {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("evaluate.yaml")
                .hasMessageContaining(message);
        assertThat(schemaSays(yaml)).isNotEmpty();
    }
}
