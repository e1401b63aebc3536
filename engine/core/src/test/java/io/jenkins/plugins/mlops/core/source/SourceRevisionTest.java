package io.jenkins.plugins.mlops.core.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.URIish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceRevisionTest {

    @TempDir
    Path directory;

    @Test
    void aDirectoryOutsideGitHasNone() {
        assertThat(SourceRevision.of(directory)).isEmpty();
    }

    @Test
    void aRepositoryWithoutACommitHasNone() throws Exception {
        Git.init().setDirectory(directory.toFile()).call().close();
        assertThat(SourceRevision.of(directory)).isEmpty();
    }

    @Test
    void theCommitAndTheRemoteAreRead() throws Exception {
        String commit = commit();
        Path below = Files.createDirectory(directory.resolve("below"));
        SourceRevision source = SourceRevision.of(below).orElseThrow();
        assertThat(source.commit()).isEqualTo(commit);
        assertThat(source.repository()).isEqualTo("https://git.example.org/team/code.git");
        assertThat(source.isDirty()).isFalse();
    }

    @Test
    void changedAndNewFilesMakeItDirtyAndOwnFilesDoNot() throws Exception {
        commit();
        Files.writeString(directory.resolve("train.py"), "changed");
        Files.writeString(directory.resolve("new.py"), "new");
        Files.writeString(directory.resolve("data.tmp"), "ignored");
        Files.createDirectories(directory.resolve("code/.mlops/runs"));
        Files.writeString(directory.resolve("code/.mlops/runs/log"), "ours");
        assertThat(SourceRevision.of(directory).orElseThrow().changes()).containsExactly("new.py", "train.py");
    }

    @Test
    void newFilesInWhatIsNoCodeDoNotMakeItDirty() throws Exception {
        commit();
        Files.writeString(directory.resolve("train.py"), "changed");
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data/1.csv"), "pulled");
        Files.writeString(directory.resolve("data-2.csv"), "new");
        assertThat(SourceRevision.of(directory, null, List.of(directory.resolve("data"), directory.resolve("train.py")))
                        .orElseThrow()
                        .changes())
                .containsExactly("data-2.csv", "train.py");
    }

    @Test
    void aRepositoryAroundTheBoundaryDoesNotCount() throws Exception {
        commit();
        Path workspace = Files.createDirectories(directory.resolve("workspace"));
        Path below = Files.createDirectories(workspace.resolve("below"));
        assertThat(SourceRevision.of(below, workspace, List.of())).isEmpty();
        assertThat(SourceRevision.of(below, directory, List.of())).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:secret@host/x.git, https://host/x.git",
        "https://token@host/x.git, https://host/x.git",
        "git+https://token@host/x.git, git+https://host/x.git",
        "https://user:p@ss@host/x.git, https://host/x.git",
        "ssh://git:secret@host:7999/x.git, ssh://git@host:7999/x.git",
        "git@host:team/x.git, git@host:team/x.git",
        "/srv/git/x@y.git, /srv/git/x@y.git"
    })
    void noSecretStaysInARemote(String url, String expected) {
        assertThat(RemoteUrl.withoutSecrets(url)).isEqualTo(expected);
    }

    private String commit() throws Exception {
        Files.writeString(directory.resolve("train.py"), "code");
        Files.writeString(directory.resolve(".gitignore"), "*.tmp\n");
        try (Git git = Git.init().setDirectory(directory.toFile()).call()) {
            git.remoteAdd()
                    .setName("origin")
                    .setUri(new URIish("https://user:secret@git.example.org/team/code.git"))
                    .call();
            git.add().addFilepattern(".").call();
            RevCommit commit = git.commit()
                    .setMessage("code")
                    .setAuthor("A", "a@example.org")
                    .setCommitter("A", "a@example.org")
                    .setSign(false)
                    .call();
            return commit.name();
        }
    }
}
