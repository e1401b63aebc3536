package io.jenkins.plugins.mlops.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class BuildLineageTest {

    private JenkinsRule jenkins;
    private FreeStyleProject project;
    private FreeStyleBuild build;

    @BeforeEach
    void build(JenkinsRule jenkins) throws Exception {
        this.jenkins = jenkins;
        project = jenkins.createFreeStyleProject("p");
        build = jenkins.buildAndAssertSuccess(project);
    }

    @Test
    void factsAreReadAsTheyWereWritten() {
        assertThat(BuildLineage.of(build).facts()).isEqualTo(RunFacts.NONE);

        BuildLineage.of(build).update(SampleFacts::all);

        assertThat(BuildLineage.of(build).facts()).isEqualTo(SampleFacts.all(RunFacts.NONE));
    }

    @Test
    void aStepThatWorksAgainReplacesWhatItSaid() {
        BuildLineage.of(build)
                .update(facts -> facts.with(SampleFacts.pulled("4")).with(SampleFacts.pulled("5")));
        BuildLineage.of(build).update(facts -> facts.with(SampleFacts.resolved("4")));

        assertThat(BuildLineage.of(build).facts().datasets())
                .containsExactly(SampleFacts.resolved("4"), SampleFacts.pulled("5"));
    }

    @Test
    void writersOfSeveralObjectsOfABuildLoseNothing() throws Exception {
        FreeStyleBuild other = new FreeStyleBuild(project, build.getRootDir());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FreeStyleBuild mine = i % 2 == 0 ? build : other;
            String id = "writer " + i + " ";
            writers.add(threads.submit(() -> {
                for (int use = 0; use < 10; use++) {
                    String known = id + use;
                    BuildLineage.of(mine).update(facts -> facts.with(SampleFacts.pulled(known)));
                    BuildLineage.of(mine).facts();
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get(2, TimeUnit.MINUTES);
        }
        threads.shutdown();

        assertThat(BuildLineage.of(build).facts().datasets()).hasSize(80);
        assertThat(build.getActions(MlopsBuildAction.class)).hasSize(1);
        assertThat(other.getActions(MlopsBuildAction.class)).hasSize(1);
    }

    @Test
    void theActionIsPersistedEmptyAndFoundAgain() throws Exception {
        BuildLineage.of(build).update(SampleFacts::all);

        String xml = Files.readString(build.getRootDir().toPath().resolve("build.xml"));
        assertThat(xml).containsPattern("<io\\.jenkins\\.plugins\\.mlops\\.lineage\\.MlopsBuildAction[^>]*/>");
        assertThat(xml.split("[<\"]io\\.jenkins\\.plugins\\.mlops")).hasSize(2);

        project.doReload();
        FreeStyleBuild again =
                jenkins.jenkins.getItemByFullName("p", FreeStyleProject.class).getBuildByNumber(1);
        assertThat(again).isNotSameAs(build);
        assertThat(again.getAction(MlopsBuildAction.class).getDatasets()).hasSize(2);
    }

    @Test
    void aDamagedRecordIsRefusedAndKept() throws Exception {
        BuildLineage.of(build).update(SampleFacts::all);
        for (String damaged : List.of("", "{", "[]", "null", "{\"schema\": {}}", "{\"datasets\": [null]}", "\u0000")) {
            write(damaged);

            assertThatThrownBy(() -> BuildLineage.of(build).facts())
                    .as(damaged)
                    .isInstanceOf(MlopsException.class)
                    .hasMessageContaining("p #1")
                    .hasMessageContaining("damaged")
                    .hasMessageNotContaining(build.getRootDir().getPath());
            assertThatThrownBy(() -> BuildLineage.of(build).update(SampleFacts::all))
                    .isInstanceOf(MlopsException.class);
            assertThat(Files.readString(file())).isEqualTo(damaged);
        }
    }

    @Test
    void aRecordOfANewerFormatIsRefusedAndNamed() throws Exception {
        BuildLineage.of(build).update(SampleFacts::all);
        write("{\"schema\": \"mlops-build/2\", \"datasets\": {\"of\": \"another type\"}}");

        assertThatThrownBy(() -> BuildLineage.of(build).facts())
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("mlops-build/2")
                .hasMessageContaining("another version");
    }

    @Test
    void keysThatALaterVersionAddsAreSkipped() throws Exception {
        BuildLineage.of(build).update(SampleFacts::all);
        String text = Files.readString(file());
        write(text.replace("\"experiment\" :", "\"colour\" : \"blue\", \"experiment\" :"));

        assertThat(BuildLineage.of(build).facts()).isEqualTo(SampleFacts.all(RunFacts.NONE));
    }

    @Test
    void aDeletedBuildIsNotBroughtBack() throws Exception {
        BuildLineage.of(build).update(SampleFacts::all);
        build.delete();

        assertThat(build.getRootDir()).doesNotExist();
        assertThatThrownBy(() -> BuildLineage.of(build).update(SampleFacts::all))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("deleted");
        assertThat(build.getRootDir()).doesNotExist();
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
    }

    private Path file() {
        return BuildLineage.of(build).directory().resolve("facts.json");
    }
}
