package io.jenkins.plugins.mlops.training;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.ParameterValue;
import hudson.model.ParametersAction;
import hudson.model.Result;
import hudson.model.StringParameterValue;
import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import java.io.File;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.csanchez.jenkins.plugins.kubernetes.KubernetesCloud;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** What tests of trainings on a cluster do within the controller's process. */
public final class ClusterController {

    private ClusterController() {}

    /** Servers, and the credentials for them. */
    public record Setup(
            String mlflow,
            String mlflowPassword,
            String s3,
            String accessKey,
            String secretKey,
            String apiServer,
            String authority,
            String token,
            String namespace,
            String profile)
            implements Serializable {}

    /** How a build ended. @param training the last one's record, null without one */
    public record Outcome(String result, String log, String rootDirectory, Training training) implements Serializable {}

    /** What a build's record says of a training. */
    public record Training(String runId, String status, String commit, String modelDigest, String evaluation)
            implements Serializable {
        static Training of(TrainingUse use) {
            return new Training(use.runId(), use.status(), use.commit(), use.modelDigest(), use.evaluation());
        }
    }

    public static void configure(JenkinsRule rule, Setup setup) throws Throwable {
        var credentials = SystemCredentialsProvider.getInstance();
        credentials
                .getCredentials()
                .addAll(List.of(
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "s3", null, setup.accessKey(), setup.secretKey()),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "mlflow", null, "robot", setup.mlflowPassword()),
                        new StringCredentialsImpl(
                                CredentialsScope.SYSTEM, "cluster", null, Secret.fromString(setup.token()))));
        credentials.save();
        KubernetesCloud cloud = new KubernetesCloud("gpu-cloud");
        cloud.setServerUrl(setup.apiServer());
        cloud.setServerCertificate(setup.authority());
        cloud.setCredentialsId("cluster");
        cloud.setNamespace(setup.namespace());
        rule.jenkins.clouds.add(cloud);
        ObjectStoreProfile store = new ObjectStoreProfile("store", setup.s3());
        store.setCredentialsId("s3");
        MlflowProfile mlflow = new MlflowProfile("tracking", setup.mlflow());
        mlflow.setCredentialsId("mlflow");
        TrainingCluster cluster = new TrainingCluster("gpu");
        cluster.setCloud("gpu-cloud");
        cluster.setProfile(setup.profile());
        MlopsConfiguration configuration = MlopsConfiguration.get();
        configuration.setObjectStores(List.of(store));
        configuration.setMlflowServers(List.of(mlflow));
        configuration.setClusters(List.of(cluster));
        rule.jenkins.save();
    }

    /** A secret that pipelines may bind. */
    public static void secretText(JenkinsRule rule, String id, String value) throws Throwable {
        var credentials = SystemCredentialsProvider.getInstance();
        credentials
                .getCredentials()
                .add(new StringCredentialsImpl(CredentialsScope.GLOBAL, id, null, Secret.fromString(value)));
        credentials.save();
    }

    /** A job whose Jenkinsfile is in a repository. */
    public static void jobOfRepository(JenkinsRule rule, String name, String repository) throws Throwable {
        jobOf(rule, new Job(name, repository, "Jenkinsfile"));
    }

    /** A job whose script is in a repository. */
    public record Job(String name, String repository, String scriptPath) implements Serializable {}

    public static void jobOf(JenkinsRule rule, Job job) throws Throwable {
        GitSCM scm = new GitSCM(
                GitSCM.createRepoList(job.repository(), null), List.of(new BranchSpec("main")), null, null, List.of());
        rule.createProject(WorkflowJob.class, job.name())
                .setDefinition(new CpsScmFlowDefinition(scm, job.scriptPath()));
    }

    public static void job(JenkinsRule rule, String name, String script) throws Throwable {
        rule.createProject(WorkflowJob.class, name).setDefinition(new CpsFlowDefinition(script, true));
    }

    public static void begin(JenkinsRule rule, String name) throws Throwable {
        job(rule, name).scheduleBuild2(0).waitForStart();
    }

    /** The first build has values for parameters that Jenkins does not know yet. */
    public static void beginWith(JenkinsRule rule, String name, HashMap<String, String> parameters) throws Throwable {
        List<ParameterValue> values = new ArrayList<>();
        parameters.forEach((parameter, value) -> values.add(new StringParameterValue(parameter, value)));
        job(rule, name)
                .scheduleBuild2(0, new ParametersAction(values, parameters.keySet()))
                .waitForStart();
    }

    public static Boolean logHas(JenkinsRule rule, String name, String text) throws Throwable {
        return JenkinsRule.getLog(build(rule, name)).contains(text);
    }

    public static String log(JenkinsRule rule, String name) throws Throwable {
        return JenkinsRule.getLog(build(rule, name));
    }

    public static void stop(JenkinsRule rule, String name) throws Throwable {
        build(rule, name).doStop();
    }

    /** The hardest that Jenkins has. */
    public static void kill(JenkinsRule rule, String name) throws Throwable {
        build(rule, name).doKill();
    }

    public static Outcome end(JenkinsRule rule, String name) throws Throwable {
        WorkflowRun build = rule.waitForCompletion(build(rule, name));
        File root = build.getRootDir();
        Result result = build.getResult();
        return new Outcome(
                String.valueOf(result),
                JenkinsRule.getLog(build),
                root.toString(),
                BuildLineage.of(build).facts().lastTraining().map(Training::of).orElse(null));
    }

    /** Presses the button on the last build's page, and begins the build that comes of it. */
    public static void reproduce(JenkinsRule rule, String name) throws Throwable {
        WorkflowRun original = build(rule, name);
        Review review = review(rule, name, "reproduce");
        confirm(rule, review);
        while (build(rule, name).equals(original)) {
            Thread.sleep(100);
        }
    }

    /** What a person looks at before the training of a build is started again. @param plan what the form says of what was shown */
    public record Review(String build, String kind, String plan) implements Serializable {}

    /** Asks the last build's page for a plan. */
    public static Review review(JenkinsRule rule, String name, String kind) throws Throwable {
        String build = build(rule, name).getUrl();
        HtmlPage review = rule.createWebClient().goTo(build + "mlops-rerun/review/?kind=" + kind);
        return new Review(build, kind, start(review).getInputByName("plan").getValue());
    }

    /** Starts what was shown, perhaps before Jenkins was restarted. */
    public static void confirm(JenkinsRule rule, Review review) throws Throwable {
        JenkinsRule.WebClient client = rule.createWebClient();
        client.setThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = start(client.goTo(review.build() + "mlops-rerun/review/?kind=" + review.kind()));
        form.getInputByName("plan").setValue(review.plan());
        form.getInputByName("reason").setValue("an audit");
        HtmlPage answer = (HtmlPage) rule.submit(form);
        if (!answer.getWebResponse().isSuccess()) {
            throw new AssertionError(answer.asNormalizedText());
        }
    }

    private static HtmlForm start(HtmlPage review) {
        return review.getForms().stream()
                .filter(found -> found.getActionAttribute().equals("../start"))
                .findFirst()
                .orElseThrow();
    }

    /** No build begins until Jenkins is restarted. */
    public static void quietDown(JenkinsRule rule) throws Throwable {
        rule.jenkins.doQuietDown();
    }

    /** Number of the last build. */
    public static Integer lastBuild(JenkinsRule rule, String name) throws Throwable {
        return build(rule, name).getNumber();
    }

    /** What the last build's page says of what it repeats. */
    public static String comparison(JenkinsRule rule, String name) throws Throwable {
        return rule.createWebClient()
                .goTo(build(rule, name).getUrl() + "mlops-rerun/")
                .asNormalizedText();
    }

    private static WorkflowJob job(JenkinsRule rule, String name) {
        return rule.jenkins.getItemByFullName(name, WorkflowJob.class);
    }

    private static WorkflowRun build(JenkinsRule rule, String name) {
        return job(rule, name).getLastBuild();
    }
}
