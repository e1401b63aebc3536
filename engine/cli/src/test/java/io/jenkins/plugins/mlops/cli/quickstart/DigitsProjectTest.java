package io.jenkins.plugins.mlops.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsProjectTest {

    @TempDir
    private Path directory;

    @Test
    void carriesEveryFileOfThePipeline() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "..", "pipelines", "digits"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .filter(name -> !name.startsWith(".")))
                    .containsExactlyInAnyOrderElementsOf(DigitsProject.FILES);
        }
    }

    @Test
    void makesARepositoryWithACommitAndNothingUncommitted() {
        String commit = DigitsProject.create(directory);

        SourceRevision revision = SourceRevision.of(directory).orElseThrow();
        assertThat(revision.commit()).isEqualTo(commit);
        assertThat(revision.isDirty()).isFalse();
    }
}
