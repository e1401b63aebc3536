package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Result;
import hudson.model.TaskListener;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.util.BuildData;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import jenkins.branch.BranchBuildStrategy;
import jenkins.branch.BranchSource;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.SCMSource;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** From the webhook's request to the build, with a Git repository and without a Bitbucket to ask. */
@WithJenkins
class BitbucketMergeTriggerTest {

    @TempDir
    private Path directory;

    private JenkinsRule jenkins;
    private Webhook bitbucket;

    @BeforeEach
    void configured(JenkinsRule rule) throws Exception {
        jenkins = rule;
        GitSCM.ALLOW_LOCAL_CHECKOUT = true;
        Webhook.configure();
        bitbucket = new Webhook(rule.getURL().toURI(), Webhook.SECRET);
    }

    @AfterEach
    void noLocalCheckouts() {
        GitSCM.ALLOW_LOCAL_CHECKOUT = false;
    }

    /** A Jenkinsfile that tells itself from others, and what it checks out. */
    private static String jenkinsfile(String name) {
        return """
                echo "jenkinsfile %s"
                node {
                    checkout scm
                    echo "code ${readFile('code.txt')} of ${env.MLOPS_PULL_REQUEST_ID} at ${env.MLOPS_MERGE_COMMIT}"
                }
                """.formatted(name);
    }

    @Test
    void aScriptFromScmBuildsExactlyTheMergeCommitWhileTheTipHasMoved() throws Exception {
        for (boolean lightweight : new boolean[] {true, false}) {
            MergedRepository repository =
                    new MergedRepository(directory.resolve("r" + lightweight), jenkinsfile("first"));
            WorkflowJob job = MergeJobs.create(jenkins, "trains-" + lightweight, repository, lightweight);
            String merged = repository.merge(jenkinsfile("merged"));
            String tip = repository.commit(jenkinsfile("tip"));

            assertThat(bitbucket.send(lightweight ? 5 : 6, merged)).isEqualTo(202);

            WorkflowRun build = finished(job, 1);
            jenkins.assertBuildStatusSuccess(build);
            assertThat(jenkins.getLog(build))
                    .contains("jenkinsfile merged", "code change 2", " of " + (lightweight ? 5 : 6) + " at " + merged)
                    .contains("Checked out exactly the merge of pull request", "by Ann Archer, reviewed by Bob Baker")
                    .doesNotContain("jenkinsfile tip", "code change 3");
            assertThat(build.getActions(BuildData.class))
                    .allSatisfy(data -> assertThat(data.getLastBuiltRevision().getSha1String())
                            .isEqualTo(merged)
                            .isNotEqualTo(tip));
            assertThat(build.getAction(MergeAction.class).getMergeCommit()).isEqualTo(merged);
            assertThat(build.getCause(MergeCause.class).getMerge().getReviewers())
                    .containsExactly("Bob Baker");
            MergeJobs.settled();
        }
    }

    @Test
    void aBranchOfAMultibranchProjectBuildsExactlyTheMergeCommitOnceWhicheverEventComesFirst() throws Exception {
        String trigger =
                "properties([pipelineTriggers([bitbucketMerge(server: 'bitbucket', repository: 'ML/trainer')])])\n";
        MergedRepository repository = new MergedRepository(directory.resolve("r"), trigger + jenkinsfile("first"));
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "models");
        GitSCMSource source = new GitSCMSource(repository.url());
        source.setTraits(List.of(new BranchDiscoveryTrait()));
        project.getSourcesList().add(new BranchSource(source));
        index(project);
        WorkflowJob job = project.getItem(MergedRepository.BRANCH);
        jenkins.assertBuildStatusSuccess(finished(job, 1));

        String merged = repository.merge(trigger + jenkinsfile("merged"));
        String tip = repository.commit(trigger + jenkinsfile("tip"));
        assertThat(bitbucket.send(5, merged)).isEqualTo(202);
        WorkflowRun build = finished(job, 2);
        jenkins.assertBuildStatusSuccess(build);
        assertThat(jenkins.getLog(build))
                .contains("jenkinsfile merged", "code change 2", "Checked out exactly the merge of pull request 5")
                .doesNotContain("jenkinsfile tip", "code change 3");
        assertThat(build.getActions(SCMRevisionAction.class))
                .extracting(action -> ((AbstractGitSCMSource.SCMRevisionImpl) action.getRevision()).getHash())
                .containsExactly(merged);

        index(project);
        WorkflowRun push = finished(job, 3);
        assertThat(jenkins.getLog(push)).contains("jenkinsfile tip");
        assertThat(push.getAction(MergeAction.class)).isNull();

        assertThat(bitbucket.send(6, tip)).as("a merge whose push came first").isEqualTo(202);
        MergeJobs.await(() -> push.getAction(MergeAction.class) != null);
        assertThat(push.getAction(MergeAction.class).getPullRequest()).isEqualTo(6);
        assertThat(job.getNextBuildNumber()).isEqualTo(4);

        String first = repository.fastForward(trigger + jenkinsfile("forward"));
        assertThat(bitbucket.send(7, first)).isEqualTo(202);
        jenkins.assertBuildStatusSuccess(finished(job, 4));
        index(project);
        assertThat(job.getNextBuildNumber())
                .as("the push of a merge that came first")
                .isEqualTo(5);
    }

    /** Has something happen after the branch source has compared a branch's revision with what it built, and before it builds it. */
    public static final class Slow extends BranchBuildStrategy {

        private static Callable<?> meanwhile;

        @Override
        public boolean isAutomaticBuild(
                @NonNull SCMSource source,
                @NonNull SCMHead head,
                @NonNull SCMRevision current,
                SCMRevision lastBuilt,
                SCMRevision lastSeen,
                @NonNull TaskListener listener) {
            try {
                meanwhile.call();
                return true;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aPushAndTheMergeOfTheSameCommitAtTheSameTimeAreOneBuild() throws Exception {
        String trigger = "properties([pipelineTriggers([bitbucketMerge(repository: 'ML/trainer')])])\n";
        MergedRepository repository = new MergedRepository(directory.resolve("r"), trigger + jenkinsfile("first"));
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "models");
        GitSCMSource source = new GitSCMSource(repository.url());
        source.setTraits(List.of(new BranchDiscoveryTrait()));
        BranchSource branches = new BranchSource(source);
        branches.setBuildStrategies(List.of(new Slow()));
        project.getSourcesList().add(branches);
        Slow.meanwhile = () -> null;
        index(project);
        WorkflowJob job = project.getItem(MergedRepository.BRANCH);
        jenkins.assertBuildStatusSuccess(finished(job, 1));

        String merged = repository.merge(trigger + jenkinsfile("merged"));
        Slow.meanwhile = () -> {
            assertThat(bitbucket.send(5, merged)).isEqualTo(202);
            Thread.sleep(3000); // enough to be queued, were it not held back
            return null;
        };
        index(project);
        MergeJobs.settled();
        jenkins.waitUntilNoActivity();

        WorkflowRun build = finished(job, 2);
        assertThat(jenkins.getLog(build)).contains("jenkinsfile merged");
        assertThat(build.getAction(MergeAction.class).getMergeCommit()).isEqualTo(merged);
        assertThat(job.getNextBuildNumber()).isEqualTo(3);
    }

    @Test
    void mergesThatFollowEachOtherAreBuiltEachAndDeliveriesOfTheSameOnce() throws Exception {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), jenkinsfile("first"));
        WorkflowJob job = MergeJobs.create(jenkins, "trains", repository, true);
        String one = repository.squash(jenkinsfile("one"));
        String two = repository.fastForward(jenkinsfile("two"));
        byte[] body = Webhook.merged(5, one);
        HttpResponse<String> first = bitbucket.send("pr:merged", body);
        assertThat(bitbucket.send(6, two)).isEqualTo(202);
        for (int n = 0; n < 3; n++) {
            assertThat(bitbucket.send("pr:merged", body).statusCode()).isEqualTo(first.statusCode());
        }
        assertThat(jenkins.getLog(finished(job, 1))).contains("jenkinsfile one");
        assertThat(jenkins.getLog(finished(job, 2))).contains("jenkinsfile two");
        MergeJobs.settled();
        assertThat(bitbucket.send("pr:merged", body).statusCode()).isEqualTo(202);
        MergeJobs.settled();
        assertThat(job.getNextBuildNumber()).isEqualTo(3);
    }

    @Test
    void aMergeThatIsToldWhileABuildSetsItsJobsPropertiesIsBuilt() throws Exception {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), jenkinsfile("first"));
        WorkflowJob job = MergeJobs.create(jenkins, "trains", repository, true);
        WorkflowJob other = MergeJobs.create(jenkins, "trains-too", repository, true);
        TriggersAway.from(job);
        assertThat(bitbucket.send(5, repository.merge(jenkinsfile("merged")))).isEqualTo(202);
        for (WorkflowJob one : List.of(other, job)) {
            assertThat(jenkins.getLog(finished(one, 1))).contains("jenkinsfile merged");
        }
        MergeJobs.settled();
        assertThat(job.getNextBuildNumber()).isEqualTo(2);
        assertThat(other.getNextBuildNumber()).isEqualTo(2);
    }

    @Test
    void aCommitThatTheRepositoryDoesNotHaveIsNotBuiltAndTheLogSaysWhy() throws Exception {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), jenkinsfile("first"));
        WorkflowJob job = MergeJobs.create(jenkins, "trains", repository, true);
        assertThat(bitbucket.send(5, "ab".repeat(20))).isEqualTo(202);
        WorkflowRun build = finished(job, 1);
        jenkins.assertBuildStatus(Result.FAILURE, build);
        assertThat(jenkins.getLog(build))
                .contains(
                        "trying again in 15 s",
                        "cannot be read from file:",
                        "the job's repository must be the merged one")
                .doesNotContain("jenkinsfile first");
    }

    @Test
    void aJobsPageSaysWhyAMergeWasNotBuilt() throws Exception {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), jenkinsfile("first"));
        WorkflowJob other =
                MergeJobs.create(jenkins, "other", repository.url(), true, new BitbucketMergeTrigger("ML/other"));
        BitbucketMergeTrigger release = new BitbucketMergeTrigger(Webhook.REPOSITORY);
        release.setBranch("release/*");
        WorkflowJob releases = MergeJobs.create(jenkins, "releases", repository.url(), true, release);
        BitbucketMergeTrigger lab = new BitbucketMergeTrigger(Webhook.REPOSITORY);
        lab.setServer("lab");
        WorkflowJob elsewhere = MergeJobs.create(jenkins, "elsewhere", repository.url(), true, lab);
        BitbucketMergeTrigger some = new BitbucketMergeTrigger(Webhook.REPOSITORY);
        some.setPaths(List.of("data/**"));
        WorkflowJob paths = MergeJobs.create(jenkins, "paths", repository.url(), true, some);
        WorkflowJob disabled = MergeJobs.create(jenkins, "disabled", repository, true);
        disabled.setDisabled(true);
        assertThat(bitbucket.send(5, repository.merge(jenkinsfile("<b>merged</b>"))))
                .isEqualTo(202);
        finished(paths, 1);
        MergeJobs.settled();
        assertThat(page(other)).contains("it is of the repository ML/trainer, and the trigger wants ML/other");
        assertThat(page(releases)).contains("it is into master, and the trigger wants release/*");
        assertThat(page(elsewhere)).contains("There is no Bitbucket server 'lab'");
        assertThat(page(paths)).contains("built: exactly the merge commit; which files it changes is not known", "#1");
        assertThat(page(disabled)).contains("refused: Jenkins takes no build of this job now");
        assertThat(other.getLastBuild()).isNull();
        assertThat(releases.getLastBuild()).isNull();
    }

    @Test
    void anEventIsTakenOnlyWithASignatureOfASecretThatHolds() throws Exception {
        MergedRepository repository = new MergedRepository(directory.resolve("r"), jenkinsfile("first"));
        WorkflowJob job = MergeJobs.create(jenkins, "trains", repository, true);
        byte[] body = Webhook.merged(5, repository.merge(jenkinsfile("merged")));
        Webhook stranger = new Webhook(bitbucket.jenkins(), "another secret");
        assertThat(bitbucket.send("pr:merged", body, null).statusCode()).isEqualTo(403);
        assertThat(stranger.send("pr:merged", body).statusCode()).isEqualTo(403);
        assertThat(stranger.send("pr:merged", new byte[] {'{'}).statusCode()).isEqualTo(403);
        assertThat(bitbucket
                        .send("diagnostics:ping", "{\"test\":true}".getBytes(), null)
                        .statusCode())
                .isEqualTo(200);

        BitbucketProfile rotated = new BitbucketProfile("bitbucket", "http://127.0.0.1:1");
        rotated.setWebhookSecretId("new");
        rotated.setPreviousWebhookSecretId("webhook");
        MlopsConfiguration.get().setBitbucketServers(List.of(rotated));
        Webhook.secrets(Map.of("webhook", Webhook.SECRET, "new", "another secret"));
        assertThat(bitbucket
                        .send("repo:refs_changed", Webhook.recorded("data-center-refs-changed"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(stranger.send("repo:refs_changed", Webhook.recorded("data-center-refs-changed"))
                        .statusCode())
                .isEqualTo(200);
        Webhook.secrets(Map.of("new", "another secret"));
        assertThat(bitbucket.send("pr:merged", body).statusCode()).isEqualTo(403);
        Webhook.secrets(Map.of());
        assertThat(stranger.send("pr:merged", body).statusCode()).isEqualTo(403);

        Webhook.configure();
        for (String key : new String[] {"pr:opened", "", "pullrequest:fulfilled"}) {
            HttpResponse<String> answer = bitbucket.send(key, body);
            assertThat(answer.statusCode()).as(key).isEqualTo(400);
            assertThat(answer.body()).doesNotContain("trains");
        }
        assertThat(MergeInbox.get().kept()).isEmpty();
        assertThat(job.getLastBuild()).isNull();
        assertThat(bitbucket.send("pr:merged", body).statusCode()).isEqualTo(202);
        jenkins.assertBuildStatusSuccess(finished(job, 1));
    }

    @Test
    void whatAnEventDoesNotSayBitbucketIsAskedFor() throws Exception {
        for (BitbucketKind kind : BitbucketKind.values()) {
            try (BitbucketStandIn server = new BitbucketStandIn(kind)) {
                BitbucketProfile profile =
                        new BitbucketProfile("bitbucket", server.address().toString());
                profile.setCloud(kind == BitbucketKind.CLOUD);
                profile.setWebhookSecretId("webhook");
                profile.setCredentialsId("token");
                Webhook.secrets(Map.of("webhook", Webhook.SECRET, "token", BitbucketStandIn.TOKEN));
                MlopsConfiguration.get().setBitbucketServers(List.of(profile));
                MergedRepository repository =
                        new MergedRepository(directory.resolve(kind.name()), jenkinsfile("first"));
                String name = BitbucketStandIn.PROJECT + "/" + BitbucketStandIn.SLUG;
                BitbucketMergeTrigger trained = new BitbucketMergeTrigger(name);
                trained.setPaths(List.of("training/**"));
                trained.setReport(kind == BitbucketKind.CLOUD);
                BitbucketMergeTrigger documented = new BitbucketMergeTrigger(name);
                documented.setPaths(List.of("docs/**"));
                WorkflowJob job = MergeJobs.create(jenkins, "trains-" + kind, repository.url(), true, trained);
                WorkflowJob docs = MergeJobs.create(jenkins, "docs-" + kind, repository.url(), true, documented);
                String merged = repository.merge(jenkinsfile("merged"));
                server.refuse(1, "GET", 503, Map.of());
                byte[] body = kind == BitbucketKind.CLOUD
                        ? Webhook.fulfilled(name, 5, merged.substring(0, 12))
                        : Webhook.merged(name, 5, null);
                assertThat(bitbucket
                                .send(kind == BitbucketKind.CLOUD ? "pullrequest:fulfilled" : "pr:merged", body)
                                .statusCode())
                        .isEqualTo(202);
                server.addCommit(merged, "training/train.py");
                String source = "a72355f35fde" + "0".repeat(28);
                server.addCommit(source, "training/train.py");
                server.addMergedPull(5, "a".repeat(40), merged, "training/train.py", "README.md");

                WorkflowRun build = finished(job, 1);
                jenkins.assertBuildStatusSuccess(build);
                assertThat(jenkins.getLog(build)).contains("jenkinsfile merged", "at " + merged);
                assertThat(build.getAction(MergeAction.class).isReported()).isEqualTo(kind == BitbucketKind.CLOUD);
                MergeJobs.settled();
                assertThat(docs.getLastBuild()).isNull();
                assertThat(page(docs)).contains("not built: none of the changed files is one of docs/**");
            }
        }
    }

    @Test
    void aTriggerThatIsSavedUnchangedIsTheSame() throws Exception {
        BitbucketMergeTrigger trigger = new BitbucketMergeTrigger(Webhook.REPOSITORY);
        trigger.setServer("bitbucket");
        trigger.setBranch("release/*");
        trigger.setPaths(List.of("data/**", "**/*.py"));
        trigger.setReport(false);
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "trains");
        job.setDefinition(new CpsFlowDefinition("", true));
        job.addTrigger(trigger);
        jenkins.configRoundtrip(job);
        jenkins.assertEqualDataBoundBeans(
                trigger, MergeInbox.get().triggers(job).get(0));
    }

    private void index(WorkflowMultiBranchProject project) throws Exception {
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
    }

    private String page(WorkflowJob job) throws Exception {
        try (JenkinsRule.WebClient browser = jenkins.createWebClient().withJavaScriptEnabled(false)) {
            return browser.goTo(job.getUrl() + "mlops-merges").asNormalizedText();
        }
    }

    private WorkflowRun finished(WorkflowJob job, int number) throws Exception {
        return MergeJobs.finished(jenkins, job, number);
    }
}
