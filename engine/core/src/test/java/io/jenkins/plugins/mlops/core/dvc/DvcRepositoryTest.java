package io.jenkins.plugins.mlops.core.dvc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an output is said to come from, when it is read from a work tree. */
class DvcRepositoryTest {

    private static final String REMOTE = "https://git.example.com/team/recordings.git";

    @TempDir
    private Path directory;

    private Path tree;

    @BeforeEach
    void makeProject() throws IOException {
        tree = Files.createDirectory(directory.toRealPath().resolve("tree"));
        Files.createDirectory(tree.resolve(".dvc"));
        Files.writeString(
                tree.resolve(".dvc/config"), "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/dvc\n");
        write("0cc175b9c0f1b6a831c399e269772661");
    }

    private void write(String md5) throws IOException {
        Files.writeString(
                Files.createDirectories(tree.resolve("sets")).resolve("a.txt.dvc"),
                "outs:\n- md5: " + md5 + "\n  size: 1\n  hash: md5\n  path: a.txt\n");
    }

    private String source() throws IOException {
        try (DvcRepository repository = DvcRepository.open(tree.resolve("sets"), null)) {
            return repository
                    .output("a.txt", URI.create("http://store.example.com"))
                    .uri();
        }
    }

    private Git git() throws Exception {
        Git git = Git.init().setDirectory(tree.toFile()).call();
        StoredConfig config = git.getRepository().getConfig();
        config.setString("remote", "origin", "url", REMOTE.replace("//", "//ci:secret@"));
        config.save();
        return git;
    }

    private static String commit(Git git) throws Exception {
        git.add().addFilepattern(".").call();
        RevCommit commit = git.commit()
                .setMessage("a state")
                .setAuthor("a", "a@example.com")
                .setCommitter("a", "a@example.com")
                .setSign(false)
                .call();
        return commit.name();
    }

    @Test
    void aWorkTreeIsCalledByItsRemoteAndTheCommitThatHasTheFileSo() throws Exception {
        try (Git git = git()) {
            String commit = commit(git);
            Files.writeString(tree.resolve("left by a build"), "x");
            Files.writeString(tree.resolve(".dvc/config.local"), "[core]\n    remote = s\n");
            assertThat(source()).isEqualTo("dvc:" + REMOTE + "#" + commit + ":sets/a.txt/");
        }
    }

    @Test
    void noCommitIsNamedForWhatNoCommitHas() throws Exception {
        try (Git git = git()) {
            assertThat(source()).as("nothing is committed").isEqualTo("dvc:" + REMOTE + "#sets/a.txt/");
            commit(git);
            write("92eb5ffee6ae2fec3ad71c777531578f");
            assertThat(source()).as("it is changed").isEqualTo("dvc:" + REMOTE + "#sets/a.txt/");
            git.add().addFilepattern(".").call();
            assertThat(source()).as("the change is staged").isEqualTo("dvc:" + REMOTE + "#sets/a.txt/");
            git.rm().setCached(true).addFilepattern("sets/a.txt.dvc").call();
            assertThat(source()).as("it is not tracked").isEqualTo("dvc:" + REMOTE + "#sets/a.txt/");
        }
    }

    @Test
    void withoutARemoteItIsCalledByItsDirectory() throws Exception {
        assertThat(DvcRepository.open(tree, null)
                        .output("sets/a.txt", URI.create("http://store.example.com"))
                        .uri())
                .as("without Git")
                .isEqualTo("dvc:" + tree + "#sets/a.txt/");
        try (Git git = Git.init().setDirectory(tree.toFile()).call()) {
            String commit = commit(git);
            assertThat(source()).isEqualTo("dvc:" + tree + "#" + commit + ":sets/a.txt/");
        }
    }

    @Test
    void aCloneThatIsDamagedTakesNothingFromTheFiles() throws Exception {
        try (Git git = git()) {
            String commit = commit(git);
            Files.delete(tree.resolve(".git/objects/" + commit.substring(0, 2) + "/" + commit.substring(2)));
        }
        assertThat(source()).isEqualTo("dvc:" + REMOTE + "#sets/a.txt/");
        Files.writeString(tree.resolve(".git/config"), "[core\n");
        assertThat(source()).isEqualTo("dvc:" + tree + "#sets/a.txt/");
    }
}
