package io.jenkins.plugins.mlops.rerun;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Item;
import hudson.model.Result;
import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.rerun.OriginalTraining;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.dataset.DvcRepositoryOnDisk;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import jenkins.branch.BranchSource;
import jenkins.model.Jenkins;
import jenkins.plugins.git.GitSCMSource;
import jenkins.plugins.git.traits.BranchDiscoveryTrait;
import jenkins.scm.api.SCMRevisionAction;
import org.eclipse.jgit.api.Git;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlButton;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The buttons of a build, with a real MLflow, a real S3 server and a real Git repository. */
@WithJenkins
class RerunIT {

    private static final String PIPELINE = """
            node {
                checkout scm
                pullDataset manifest: '@SET@', into: '.mlops/data'
                withMLflow(experiment: '@EXPERIMENT@', params: [rate: 0.1], seed: 7) {
                    sh 'cat .mlops/data/* train.txt "$MLOPS_PARAMS_FILE" > "$MLOPS_MODEL_DIR/weights"'
                    sh 'echo "{\\\\"accuracy\\\\": 0.9}" > "$MLOPS_METRICS_FILE"'
                }
                echo 'the first Jenkinsfile is done'
            }
            """;

    private final TestServers.S3 s3 = TestServers.s3();
    private final String mlflow = TestServers.mlflow().toString();
    private final boolean localCheckout = GitSCM.ALLOW_LOCAL_CHECKOUT;

    @TempDir
    private Path directory;

    private JenkinsRule jenkins;
    private String bucket;
    private Path code;
    private String first;
    private PublishResult old;

    @BeforeEach
    void set(JenkinsRule rule) throws Exception {
        jenkins = rule;
        GitSCM.ALLOW_LOCAL_CHECKOUT = true;
        bucket = s3.newBucket();
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.GLOBAL, "s3", null, s3.accessKey(), s3.secretKey()));
        ObjectStoreProfile store = new ObjectStoreProfile("store", s3.endpoint());
        store.setCredentialsId("s3");
        store.setRegion(s3.region());
        MlopsConfiguration.get().setObjectStores(List.of(store));
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", mlflow)));
        old = publish("1");
        code = Files.createDirectory(directory.resolve("code"));
        Git.init().setDirectory(code.toFile()).setInitialBranch("main").call().close();
        Files.writeString(code.resolve("train.txt"), "one");
        Files.writeString(
                code.resolve("Jenkinsfile"),
                PIPELINE.replace("@SET@", old.location().toString())
                        .replace("@EXPERIMENT@", "rerun-" + UUID.randomUUID()));
        first = commit();
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ, Item.READ, MlopsPermissions.VIEW_LINEAGE)
                .everywhere()
                .to("reader", "trainer")
                .grant(MlopsPermissions.RETRAIN)
                .everywhere()
                .to("trainer"));
    }

    @AfterEach
    void restore() {
        GitSCM.ALLOW_LOCAL_CHECKOUT = localCheckout;
    }

    @Test
    void aTrainingIsDoneAgainAtItsCommitWithTheNewestDatasetThoughTheBranchWentOn() throws Exception {
        WorkflowJob job = job();
        WorkflowRun original = jenkins.buildAndAssertSuccess(job);
        Files.writeString(code.resolve("train.txt"), "two");
        Files.writeString(code.resolve("Jenkinsfile"), "error 'the second Jenkinsfile'");
        commit();
        PublishResult newest = publish("2");

        forbidden(original);
        HtmlPage review = review("trainer", original, "retrain-data");
        assertThat(review.asNormalizedText())
                .contains(first, old.manifest().version().contentId().toString())
                .contains(newest.manifest().version().contentId().toString());
        WorkflowRun repeated = start(job, review, "the <new> night drives", 2);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(repeated));

        jenkins.assertLogContains("the first Jenkinsfile is done", repeated);
        jenkins.assertLogContains("Retrained with the newest dataset: all 1 metrics agree", repeated);
        assertThat(trained(repeated).provenance().repeats().orElseThrow().record())
                .isEqualTo(trained(original).record());
        assertThat(digests(repeated, Provenance.SOURCE)).containsValue(first);
        assertThat(digests(repeated, Provenance.TRAINING_DATA))
                .containsValue(newest.manifest().version().contentId().hex());
        HtmlPage page = client("reader").goTo(repeated.getUrl() + RerunPage.URL + "/");
        assertThat(page.asNormalizedText())
                .contains("started by trainer: the <new> night drives", original.getFullDisplayName())
                .contains("Retrained with the newest dataset: all 1 metrics agree", "training dataset")
                .doesNotContain("Do the training of this build again");
        assertThat(client("reader").goTo(repeated.getUrl()).asNormalizedText())
                .contains("Retrain with the newest dataset: the training of #1, started by trainer");
        assertThat(audit())
                .anyMatch(line -> line.contains("\"by\":\"trainer\"")
                        && line.contains("\"action\":\"retrain-data\"")
                        && line.contains("the <new> night drives")
                        && line.contains("\"result\":\"done\""));

        review = review("trainer", original, "retrain-commit");
        WorkflowRun newestCommit = start(job, review, "the code went on", 3);
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(newestCommit));
        jenkins.assertLogContains("the second Jenkinsfile", newestCommit);
    }

    @Test
    void whatThePlanSaysIsPinnedAndWhatDoesNotObeyItFails() throws Exception {
        WorkflowJob job = job();
        WorkflowRun original = jenkins.buildAndAssertSuccess(job);
        HtmlPage refused = page("trainer", original.getUrl() + RerunPage.URL + "/review/?kind=reproduce");
        assertThat(refused.asNormalizedText()).contains("neither the digest of its image nor what was installed");

        PublishResult newest = publish("2");
        HtmlPage review = review("trainer", original, "retrain-data");
        publish("3");
        HtmlForm form = form(review);
        form.getInputByName("reason").setValue("late");
        assertThat(((HtmlPage) jenkins.submit(form)).asNormalizedText())
                .contains("The plan is not any more what was shown");
        assertThat(job.getLastBuild().getNumber()).isEqualTo(1);
        assertThat(newest.location()).isNotNull();

        Files.writeString(
                code.resolve("Jenkinsfile"),
                Files.readString(code.resolve("Jenkinsfile"))
                        .replaceAll("pullDataset.*", "sh 'mkdir -p .mlops/data; echo 9 > .mlops/data/own.txt'"));
        commit();
        WorkflowRun disobedient = start(job, review("trainer", original, "retrain-commit"), "another", 2);
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(disobedient));
        jenkins.assertLogContains("The plan wants the training dataset signs", disobedient);
        jenkins.assertLogNotContains("the first Jenkinsfile is done", disobedient);
        assertThat(BuildLineage.of(disobedient).facts().trainings()).allMatch(use -> use.record() == null);
    }

    /** The controller has no repository: the agent finds the recorded version at its commit, in what the build checks out. */
    @Test
    void whatWasTrainedOnAnOutputOfDvcIsTrainedAgainOnTheSameVersion() throws Exception {
        DvcRepositoryOnDisk repository =
                new DvcRepositoryOnDisk(directory.resolve("tracked"), 3, s3, "s3://" + bucket + "/dvc", s3.endpoint());
        repository.run("mkdir -p sets/signs; printf 1 > sets/signs/a.txt; printf one > train.txt;"
                + " $DVC add -q sets/signs; $DVC push -q");
        String pipeline = Files.readString(code.resolve("Jenkinsfile"));
        code = repository.directory();
        Files.writeString(code.resolve("Jenkinsfile"), pipeline.replaceAll("manifest: '[^']*'", "dvc: 'sets/signs'"));
        repository.commit();
        WorkflowJob job = job();
        WorkflowRun original = jenkins.buildAndAssertSuccess(job);
        repository.run("printf 2 > sets/signs/b.txt; $DVC add -q sets/signs; $DVC push -q; printf two > train.txt");
        String newest = repository.commit();

        assertThat(review("trainer", original, "retrain-data").asNormalizedText())
                .contains("'mlops retrain --newest dataset --repo' takes a clone of it");
        HtmlPage review = review("trainer", original, "retrain-commit");
        assertThat(review.asNormalizedText()).contains(":/sets/signs", "which is looked for when the training begins");
        WorkflowRun repeated = start(job, review, "better code", 2);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(repeated));

        jenkins.assertLogContains("The plan of this build says which training dataset is pulled", repeated);
        assertThat(digests(repeated, Provenance.SOURCE)).containsValue(newest);
        assertThat(digests(repeated, Provenance.TRAINING_DATA)).isEqualTo(digests(original, Provenance.TRAINING_DATA));

        Files.writeString(
                code.resolve("Jenkinsfile"),
                Files.readString(code.resolve("Jenkinsfile"))
                        .replace("dvc: 'sets/signs'", "manifest: '" + old.location() + "'"));
        repository.commit();
        WorkflowRun astray = start(job, review("trainer", original, "retrain-commit"), "no DVC", 3);
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(astray));
        jenkins.assertLogContains("names no output of DVC, so it is not known where that repository is", astray);
    }

    @Test
    void aBranchOfAMultibranchProjectIsTrainedAgainAtTheCommitOfTheBuild() throws Exception {
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "team");
        GitSCMSource source = new GitSCMSource(code.toString());
        source.setTraits(List.of(new BranchDiscoveryTrait()));
        project.getSourcesList().add(new BranchSource(source));
        project.scheduleBuild2(0).getFuture().get();
        jenkins.waitUntilNoActivity();
        WorkflowJob branch = project.getItem("main");
        WorkflowRun original = branch.getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(original);
        Files.writeString(code.resolve("train.txt"), "two");
        Files.writeString(code.resolve("Jenkinsfile"), "error 'the second Jenkinsfile'");
        commit();
        PublishResult newest = publish("2");

        WorkflowRun repeated = start(branch, review("trainer", original, "retrain-data"), "more data", 2);

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(repeated));
        OriginalTraining trained = trained(repeated);
        assertThat(trained.provenance().buildDefinition().resolvedDependencies())
                .anyMatch(dependency -> dependency.digest().containsValue(first))
                .anyMatch(dependency -> dependency
                        .digest()
                        .containsValue(newest.manifest().version().contentId().hex()));
        assertThat(repeated.getAction(SCMRevisionAction.class).getRevision())
                .isEqualTo(original.getAction(SCMRevisionAction.class).getRevision());
    }

    private void forbidden(WorkflowRun run) throws Exception {
        String address = run.getUrl() + RerunPage.URL + "/";
        JenkinsRule.WebClient reader = client("reader");
        assertThat(status(reader, HttpMethod.GET, address)).isEqualTo(HttpURLConnection.HTTP_NOT_FOUND);
        JenkinsRule.WebClient trainer = client("trainer");
        String start = address + "start?kind=" + RerunKind.RETRAIN_DATA.word() + "&plan=x&reason=y";
        assertThat(status(trainer, HttpMethod.GET, start)).isNotEqualTo(HttpURLConnection.HTTP_OK);
        assertThat(status(trainer, HttpMethod.POST, start))
                .as("without a crumb")
                .isEqualTo(HttpURLConnection.HTTP_FORBIDDEN);
        WebRequest crumbed = reader.addCrumb(new WebRequest(new URL(jenkins.getURL(), start), HttpMethod.POST));
        assertThat(reader.getPage(crumbed).getWebResponse().getStatusCode())
                .as("without the permission")
                .isIn(HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_NOT_FOUND);
        assertThat(run.getParent().getLastBuild()).isEqualTo(run);
        assertThat(client("reader").goTo(run.getUrl()).asXml()).doesNotContain(RerunPage.URL);
    }

    private int status(JenkinsRule.WebClient client, HttpMethod method, String address) throws Exception {
        return client.getPage(new WebRequest(new URL(jenkins.getURL(), address), method))
                .getWebResponse()
                .getStatusCode();
    }

    private HtmlPage review(String user, WorkflowRun run, String kind) throws Exception {
        HtmlPage page = client(user).goTo(run.getUrl() + RerunPage.URL + "/");
        return page.<HtmlButton>getFirstByXPath("//button[@value='" + kind + "']")
                .click();
    }

    private HtmlPage page(String user, String address) throws Exception {
        return client(user).goTo(address);
    }

    private WorkflowRun start(WorkflowJob job, HtmlPage review, String reason, int number) throws Exception {
        HtmlForm form = form(review);
        form.getInputByName("reason").setValue(reason);
        String answer = ((HtmlPage) jenkins.submit(form)).asNormalizedText();
        for (int i = 0; i < 600; i++) {
            WorkflowRun build = job.getBuildByNumber(number);
            if (build != null) {
                return build;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("There is no build " + number + ": " + answer);
    }

    private static HtmlForm form(HtmlPage review) {
        return review.getForms().stream()
                .filter(form -> form.getActionAttribute().equals("../start"))
                .findFirst()
                .orElseThrow();
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient();
        client.setThrowExceptionOnFailingStatusCode(false);
        return client.login(user);
    }

    private static OriginalTraining trained(WorkflowRun run) {
        TrainingUse use = BuildLineage.of(run).facts().trainings().get(0);
        return OriginalTraining.read(ControllerLineage.store(), Digest.parse(use.record()));
    }

    /** Of the first thing that the build's training had in a role. */
    private static Map<String, String> digests(WorkflowRun run, String role) {
        return trained(run)
                .provenance()
                .dependencies(role)
                .findFirst()
                .orElseThrow()
                .digest();
    }

    private List<String> audit() throws Exception {
        try (Stream<Path> files =
                Files.list(jenkins.jenkins.getRootDir().toPath().resolve("mlops/audit"))) {
            return Files.readAllLines(files.findFirst().orElseThrow());
        }
    }

    private WorkflowJob job() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "signs");
        job.setDefinition(definition(true));
        return job;
    }

    private CpsScmFlowDefinition definition(boolean lightweight) {
        GitSCM scm = new GitSCM(
                GitSCM.createRepoList(code.toString(), null), List.of(new BranchSpec("main")), null, null, List.of());
        CpsScmFlowDefinition definition = new CpsScmFlowDefinition(scm, "Jenkinsfile");
        definition.setLightweight(lightweight);
        return definition;
    }

    private String commit() throws Exception {
        try (Git git = Git.open(code.toFile())) {
            git.add().addFilepattern(".").call();
            return git.commit()
                    .setMessage("code")
                    .setAuthor("A", "a@example.org")
                    .setCommitter("A", "a@example.org")
                    .setSign(false)
                    .call()
                    .name();
        }
    }

    private PublishResult publish(String content) throws Exception {
        Path source = Files.createTempDirectory(directory, "set");
        Files.writeString(source.resolve("data.txt"), content);
        try (ObjectStore store = ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)))) {
            return new Datasets(store, DatasetCache.at(directory.resolve("cache")))
                    .publish(
                            source,
                            "signs",
                            S3Uri.parse("s3://" + bucket + "/sets"),
                            PublishOptions.DEFAULT,
                            ProgressListener.NONE);
        }
    }
}
