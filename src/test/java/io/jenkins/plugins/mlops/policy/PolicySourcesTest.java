package io.jenkins.plugins.mlops.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Result;
import hudson.plugins.git.GitSCM;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jenkins.branch.BranchSource;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import org.eclipse.jgit.api.Git;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.libs.FolderLibraries;
import org.jenkinsci.plugins.workflow.libs.GlobalLibraries;
import org.jenkinsci.plugins.workflow.libs.LibraryConfiguration;
import org.jenkinsci.plugins.workflow.libs.SCMSourceRetriever;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.jenkinsci.plugins.workflow.test.steps.SemaphoreStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Wherever the code of a step comes from, the policy of the job holds that runs it. */
@WithJenkins
class PolicySourcesTest {

    private static final String TAKE = "resolveDataset store: 'secret-store', from: 's3://data/team/a'\n";

    @TempDir
    private Path repository;

    private JenkinsRule jenkins;
    private Folder team;
    private MlopsConfiguration configuration;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        GitSCM.ALLOW_LOCAL_CHECKOUT = true;
        configuration = MlopsConfiguration.get();
        configuration.setObjectStores(List.of(
                new ObjectStoreProfile("team-store", "http://127.0.0.1:1"),
                new ObjectStoreProfile("secret-store", "http://127.0.0.1:1")));
        team = jenkins.createProject(Folder.class, "team");
        allow("team", "team-store");
    }

    @AfterEach
    void tearDown() {
        GitSCM.ALLOW_LOCAL_CHECKOUT = false;
    }

    private void allow(String folder, String store) {
        FolderPolicy policy = new FolderPolicy(folder);
        policy.setObjectStores(List.of(store));
        configuration.setPolicies(List.of(policy));
    }

    /** A trusted library runs outside of the sandbox. */
    @Test
    void ofALibraryWhetherItIsTrustedOrNot() throws Exception {
        commit(
                Map.of("vars/take.groovy", "def call() {\n" + TAKE + "}\n", "src/a/Taker.groovy", """
                package a
                class Taker implements Serializable {
                    def script
                    def take() { script.%s }
                }
                """.formatted(
                                TAKE.trim())),
                "main");
        GlobalLibraries.get().setLibraries(List.of(library("trusted")));
        team.addProperty(new FolderLibraries(List.of(library("untrusted"))));
        Folder inner = team.createProject(Folder.class, "inner");
        for (String library : List.of("trusted", "untrusted")) {
            WorkflowJob job = inner.createProject(WorkflowJob.class, "uses-" + library);
            job.setDefinition(new CpsFlowDefinition("@Library('" + library + "@main') _\ntake()", true));
            assertRefused(job);
            job.setDefinition(new CpsFlowDefinition(
                    "@Library('" + library + "@main') import a.Taker\nnew Taker(script: this).take()", true));
            assertRefused(job);
        }
    }

    private LibraryConfiguration library(String name) {
        return new LibraryConfiguration(
                name, new SCMSourceRetriever(new GitSCMSource(repository.toUri().toString())));
    }

    @Test
    void ofABranchOfAMultibranchProject() throws Exception {
        commit(Map.of("Jenkinsfile", TAKE), "main");
        commit(Map.of("Jenkinsfile", "node { checkout scm\n" + TAKE + "}", "more", ""), "feature/hostile");
        WorkflowMultiBranchProject project = team.createProject(WorkflowMultiBranchProject.class, "models");
        GitSCMSource source = new GitSCMSource(repository.toUri().toString());
        source.setTraits(List.of(new BranchDiscoveryTrait()));
        project.getSourcesList().add(new BranchSource(source));
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();

        assertThat(project.getItems()).hasSize(2);
        for (WorkflowJob branch : project.getItems()) {
            assertRefused(branch.getLastBuild(), "team");
        }

        allow("team/models/feature%2Fhostile", "team-store");
        WorkflowRun main = project.getItem("main").getLastBuild();
        main.getAction(ReplayAction.class).run2(TAKE, Map.of());
        jenkins.waitUntilNoActivity();
        WorkflowRun free = project.getItem("main").getLastBuild();
        assertThat(free.getNumber()).isEqualTo(2);
        jenkins.assertLogNotContains("does not allow", free);
        WorkflowJob hostile = project.getItem("feature%2Fhostile");
        assertRefused(hostile);

        project.renameTo("renamed");
        assertRefused((WorkflowJob) jenkins.jenkins.getItemByFullName("team/renamed/feature%2Fhostile"));
    }

    /** A build of a Pipeline does not survive that its job is moved; that its policy changes it does. */
    @Test
    void ofABuildThatRunsWhenThePolicyChanges() throws Exception {
        Folder open = jenkins.createProject(Folder.class, "open");
        WorkflowJob job = open.createProject(WorkflowJob.class, "train");
        job.setDefinition(new CpsFlowDefinition("semaphore 'changed'\n" + TAKE, true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        SemaphoreStep.waitForStart("changed/1", build);
        allow("open", "team-store");
        SemaphoreStep.success("changed/1", null);
        jenkins.waitForCompletion(build);
        assertRefused(build, "open");
    }

    private void assertRefused(WorkflowJob job) throws Exception {
        WorkflowRun build = job.scheduleBuild2(0).get();
        assertRefused(build, configuration.getPolicies().get(0).getFolder());
    }

    private void assertRefused(WorkflowRun build, String folder) throws Exception {
        jenkins.assertBuildStatus(Result.FAILURE, build);
        jenkins.assertLogContains(
                "The policy of '" + folder + "' does not allow the object store 'secret-store': it allows team-store",
                build);
    }

    private void commit(Map<String, String> files, String branch) throws Exception {
        try (Git git = Git.init()
                .setDirectory(repository.toFile())
                .setInitialBranch("main")
                .call()) {
            if (!branch.equals("main")) {
                git.checkout().setCreateBranch(true).setName(branch).call();
            }
            for (Map.Entry<String, String> file : files.entrySet()) {
                write(file.getKey(), file.getValue());
            }
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage("Change the pipeline")
                    .setAuthor("A. Author", "author@example.org")
                    .setCommitter("A. Author", "author@example.org")
                    .setSign(false)
                    .call();
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = repository.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
