package io.jenkins.plugins.mlops.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceBoundsTest {

    @TempDir
    private Path disk;

    private Path workspace;
    private Path part;

    @BeforeEach
    void links() throws Exception {
        workspace = Files.createDirectories(disk.resolve("workspace"));
        part = Files.createDirectories(workspace.resolve("code/part"));
        Files.createDirectories(disk.resolve("elsewhere/inner"));
        Files.createSymbolicLink(part.resolve("out"), disk.resolve("elsewhere"));
        Files.createSymbolicLink(part.resolve("file"), disk.resolve("elsewhere/file"));
        Files.createSymbolicLink(part.resolve("in"), workspace.resolve("code"));
        Files.createSymbolicLink(part.resolve("up"), Path.of(".."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "set", "a/b/c", "../set", "../../set", "../..", "in/set", "up/set", "a/../b", "x\u00fcy"
            })
    void whatLiesInTheWorkspaceIsFoundWhetherItExistsOrNot(String named) throws Exception {
        assertThat(within(named)).isEqualTo(part.resolve(named).normalize());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../..",
                "../../../set",
                "a/../../../../set",
                "/",
                "/tmp/set",
                "out",
                "out/set",
                "out/inner/set",
                "in/part/out/set",
                "in/../../../../elsewhere",
                "file",
                "no\0path"
            })
    void whatLeadsElsewhereIsRefusedInOneSentence(String named) {
        assertThatThrownBy(() -> within(named))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageStartingWith("'into': ");
    }

    /** As with {@code dir('/data')}: what the pipeline says there is meant. */
    @Test
    void aDirectoryOutsideOfTheWorkspaceIsItsOwnBounds() throws Exception {
        Path elsewhere = disk.resolve("elsewhere");
        WorkspaceBounds bounds = new WorkspaceBounds(workspace.toString());
        assertThat(bounds.within(elsewhere, "set", "'into'")).isEqualTo(elsewhere.resolve("set"));
        assertThatThrownBy(() -> bounds.within(elsewhere, "../workspace/set", "'into'"))
                .hasMessageContaining("outside of the workspace " + elsewhere);
    }

    @Test
    void aWorkspaceBehindALinkIsOneToo() throws Exception {
        Path link = Files.createSymbolicLink(disk.resolve("link"), workspace);
        assertThat(new WorkspaceBounds(link.toString()).within(link.resolve("code"), "new", "'into'"))
                .isEqualTo(link.resolve("code/new"));
        assertThat(new WorkspaceBounds(disk.resolve("none").toString()).within(disk.resolve("none"), "new", "'into'"))
                .isEqualTo(disk.resolve("none/new"));
    }

    private Path within(String named) throws Exception {
        return new WorkspaceBounds(workspace.toString()).within(part, named, "'into'");
    }
}
