package io.jenkins.plugins.mlops.core.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {

    record Recipe(String name, Integer servings, Taste taste, List<Step> steps, Digest digest) {}

    enum Taste {
        SWEET,
        SOUR
    }

    record Step(@JsonProperty(required = true) String text, double minutes) {}

    @Test
    void readsYamlAndJson() {
        Recipe expected = new Recipe("soup", 2, null, List.of(new Step("boil", 10.5)), null);
        assertThat(Documents.readYaml(
                        "name: soup\nservings: 2\nsteps:\n- {text: boil, minutes: 10.5}\n", "a", Recipe.class))
                .isEqualTo(expected);
        assertThat(Documents.readJson(Documents.toJson(expected), "b", Recipe.class))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "name: soup\\nsalt: much|line 2, column|unknown key 'salt'; known are digest, name, servings, steps, taste",
                "name: soup\\nname: stew|line 2, column|Duplicate",
                "steps: [{text: a, minutes: 1}|line 1, column|expected ',' or ']', but got",
                "steps:\\n- {text: boil, minutes: long}|line 2, column|steps[0].minutes",
                "servings: '2'|line 1, column|servings",
                "digest: sha256:12|line 1, column|is not a digest",
                "steps:\\n- {minutes: 1}|line 2, column|the key 'text' is missing",
                "servings: many|line 1, column|servings): a whole number is wanted",
                "steps: 3|line 1, column|steps): a list is wanted",
                "taste: BLAND|line 1, column|'BLAND' is none of S",
            })
    void anErrorNamesDocumentLineAndColumn(String yaml, String place, String reason) {
        assertThatThrownBy(() ->
                        Documents.readYaml(yaml.replace("\\n", "\n").replace("\\t", "\t"), "recipe.yaml", Recipe.class))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageStartingWith("recipe.yaml, " + place)
                .hasMessageContaining(reason == null ? "" : reason)
                .hasMessageNotContainingAny("\n", "Deserialization", "java.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "# nothing but a comment"})
    void anEmptyDocumentIsNamed(String text) {
        assertThatThrownBy(() -> Documents.readYaml(text, "recipe.yaml", Recipe.class))
                .isInstanceOf(MlopsException.class)
                .hasMessageStartingWith("recipe.yaml");
    }

    @Test
    void textAfterTheEndIsRefused() {
        assertThatThrownBy(() -> Documents.readJson("{\"name\":\"a\"} {}", "recipe.json", Recipe.class))
                .isInstanceOf(MlopsException.class)
                .hasMessage("recipe.json, line 1, column 14: the document has ended, but more follows");
        assertThatThrownBy(() -> Documents.readYaml("name: a\n---\nname: b", "recipe.yaml", Recipe.class))
                .isInstanceOf(MlopsException.class)
                .hasMessage("recipe.yaml, line 3, column 1: the document has ended, but more follows");
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path directory) {
        assertThatThrownBy(() -> Documents.read(directory.resolve("none.yaml"), Recipe.class))
                .hasMessageContaining("none.yaml does not exist");
    }

    @Test
    void aFileThatIsNoTextIsRefused(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("recipe.yaml"), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
        assertThatThrownBy(() -> Documents.read(file, Recipe.class)).isInstanceOf(MlopsException.class);
    }

    @Test
    void writingReplacesTheFileAndLeavesNothingElse(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("sub/recipe.json");
        Documents.writeJson(file, new Recipe("soup", 1, null, List.of(), null));
        Documents.writeJson(file, new Recipe("stew", 1, null, List.of(), null));
        assertThat(Documents.read(file, Recipe.class).name()).isEqualTo("stew");
        try (var files = Files.list(directory.resolve("sub"))) {
            assertThat(files).containsExactly(file);
        }
    }
}
