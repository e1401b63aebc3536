package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.source.SourceFiles;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeUploadTest {

    @TempDir
    private Path directory;

    @Test
    void whatAKilledProcessHasLeftIsNoHindranceAndNotSent() throws Exception {
        Path code = Files.createDirectories(directory.resolve("code"));
        Files.writeString(code.resolve("train.py"), "print(1)");
        try (FaultyS3 s3 = new FaultyS3();
                ObjectStore store = s3.connect()) {
            S3Uri clean = upload(code, store);
            Path scratch = Files.createDirectories(directory.resolve(".code"));
            Files.writeString(scratch.resolve("train.py"), "pri");
            Files.writeString(scratch.resolve("gone.py"), "print(0)");

            assertThat(upload(code, store)).isEqualTo(clean);

            assertThat(scratch).doesNotExist();
            assertThat(s3.keys()).noneMatch(key -> key.contains("gone.py"));
        }
    }

    private S3Uri upload(Path code, ObjectStore store) throws Exception {
        return CodeUpload.upload(
                code, SourceFiles.all(code), store, S3Uri.parse("s3://models/code/"), directory.resolve(".code"));
    }
}
