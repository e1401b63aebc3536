package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.tasks.junit.TestResultAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** This project's own Jenkinsfile on a Jenkins that is not ci.jenkins.io, with a stand-in for .ci/run. */
@WithJenkins
class ProjectJenkinsfileTest {

    private static final String RUN = """
            #!/bin/sh
            mkdir -p target/surefire-reports
            echo '<testsuite name="tier"><testcase classname="tier" name="test"/></testsuite>' >target/surefire-reports/TEST-tier.xml
            touch target/mlops-pipeline.hpi
            """;

    @Test
    void runsEveryTierAndKeepsWhatCameOut(JenkinsRule r, @TempDir Path repository) throws Exception {
        Files.copy(Path.of("Jenkinsfile"), repository.resolve("Jenkinsfile"));
        Path run = Files.createDirectory(repository.resolve(".ci")).resolve("run");
        Files.writeString(run, RUN);
        assertThat(run.toFile().setExecutable(true)).isTrue();
        try (Git git = Git.init()
                .setDirectory(repository.toFile())
                .setInitialBranch("main")
                .call()) {
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage("code")
                    .setAuthor("A", "a@example.org")
                    .setCommitter("A", "a@example.org")
                    .setSign(false)
                    .call();
        }
        WorkflowJob job = r.createProject(WorkflowJob.class);
        job.setDefinition(new CpsScmFlowDefinition(
                new GitSCM(
                        GitSCM.createRepoList(repository.toUri().toString(), null),
                        List.of(new BranchSpec("main")),
                        null,
                        null,
                        List.of()),
                "Jenkinsfile"));

        boolean local = GitSCM.ALLOW_LOCAL_CHECKOUT;
        GitSCM.ALLOW_LOCAL_CHECKOUT = true;
        try {
            WorkflowRun build = r.buildAndAssertSuccess(job);

            assertThat(build.getAction(TestResultAction.class).getTotalCount()).isEqualTo(1);
            assertThat(build.getArtifacts()).hasToString("[target/mlops-pipeline.hpi]");
        } finally {
            GitSCM.ALLOW_LOCAL_CHECKOUT = local;
        }
    }
}
