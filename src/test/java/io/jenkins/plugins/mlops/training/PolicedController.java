package io.jenkins.plugins.mlops.training;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Item;
import hudson.plugins.git.BranchSpec;
import hudson.plugins.git.GitSCM;
import hudson.security.GlobalMatrixAuthorizationStrategy;
import hudson.security.HudsonPrivateSecurityRealm;
import hudson.security.Permission;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.policy.FolderPolicy;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.matrixauth.PermissionEntry;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jvnet.hudson.test.JenkinsRule;

/** What tests of policies do within the controller's process, besides {@link ClusterController}. */
public final class PolicedController {

    private PolicedController() {}

    /** What the folder "team" is allowed. @param changed restrict further; may be empty */
    public record Policy(String bucket, String model, String image, String namespace, ArrayList<String> changed)
            implements Serializable {}

    /** @param cardKey PEM of the key whose cards count @param signingKey PEM of the controller's private one */
    public record Keys(String cardKey, String signingKey) implements Serializable {}

    /** People, and keys. Ann starts builds; ann and bob may promote. */
    public static void secure(JenkinsRule rule, Keys keys) throws Throwable {
        SystemCredentialsProvider credentials = SystemCredentialsProvider.getInstance();
        credentials
                .getCredentials()
                .add(new StringCredentialsImpl(
                        CredentialsScope.SYSTEM, "signing", null, Secret.fromString(keys.signingKey())));
        credentials.save();
        MlopsConfiguration.get().setSigningKeyCredentialsId("signing");
        MlopsConfiguration.get().setCardKeys(keys.cardKey());
        HudsonPrivateSecurityRealm realm = new HudsonPrivateSecurityRealm(false, false, null);
        GlobalMatrixAuthorizationStrategy strategy = new GlobalMatrixAuthorizationStrategy();
        for (String name : List.of("ann", "bob")) {
            realm.createAccount(name, name);
            for (Permission permission : List.of(
                    Jenkins.READ, Item.READ, Item.BUILD, MlopsPermissions.VIEW_LINEAGE, MlopsPermissions.PROMOTE)) {
                strategy.add(permission, PermissionEntry.user(name));
            }
        }
        rule.jenkins.setSecurityRealm(realm);
        rule.jenkins.setAuthorizationStrategy(strategy);
        rule.jenkins.save();
        rule.createProject(Folder.class, "team");
    }

    /** Everything is required, and little allowed. */
    public static void police(JenkinsRule rule, Policy wanted) throws Throwable {
        FolderPolicy policy = new FolderPolicy("team");
        policy.setObjectStores(List.of("store"));
        policy.setLocations(List.of("s3://" + wanted.bucket()));
        policy.setMlflowServers(List.of("tracking"));
        policy.setClusters(List.of("gpu"));
        policy.setNamespaces(List.of(wanted.namespace()));
        policy.setImages(List.of(wanted.image()));
        policy.setModels(List.of(wanted.model()));
        policy.setAliases(List.of("champion", "staging"));
        policy.setRequireImageDigest(true);
        policy.setRequireLineage(true);
        policy.setRequireGate(true);
        policy.setRequireSignedRecord(true);
        policy.setRequireAnonymised(true);
        policy.setRequireApproval(true);
        for (String change : wanted.changed()) {
            switch (change) {
                case "namespaces" -> policy.setNamespaces(List.of("elsewhere-*"));
                case "queues" -> policy.setQueues(List.of("team-*"));
                case "priorities" -> policy.setPriorities(List.of("low"));
                case "images" -> policy.setImages(List.of("registry.example.org"));
                case "clusters" -> policy.setClusters(List.of("another"));
                default -> throw new IllegalArgumentException(change);
            }
        }
        MlopsConfiguration.get().setPolicies(List.of(policy));
    }

    public static void teamJobOfRepository(JenkinsRule rule, String name, String repository) throws Throwable {
        GitSCM scm = new GitSCM(
                GitSCM.createRepoList(repository, null), List.of(new BranchSpec("main")), null, null, List.of());
        team().createProject(WorkflowJob.class, name).setDefinition(new CpsScmFlowDefinition(scm, "Jenkinsfile"));
    }

    public static void teamJob(JenkinsRule rule, String name, String script) throws Throwable {
        team().createProject(WorkflowJob.class, name).setDefinition(new CpsFlowDefinition(script, true));
    }

    private static Folder team() {
        return Jenkins.get().getItemByFullName("team", Folder.class);
    }

    public static void beginByAnn(JenkinsRule rule, String fullName) throws Throwable {
        rule.jenkins
                .getItemByFullName(fullName, WorkflowJob.class)
                .scheduleBuild2(0, new CauseAction(new Cause.UserIdCause("ann")))
                .waitForStart();
    }

    /** Presses the button. @return what the page says then */
    public static String approve(JenkinsRule rule, String fullName, String user) throws Throwable {
        JenkinsRule.WebClient client = rule.createWebClient();
        client.getOptions().setJavaScriptEnabled(false);
        client.getOptions().setCssEnabled(false);
        client.setThrowExceptionOnFailingStatusCode(false);
        client.login(user);
        HtmlPage waiting = client.goTo(rule.jenkins
                        .getItemByFullName(fullName, WorkflowJob.class)
                        .getLastBuild()
                        .getUrl()
                + "mlops-promotion/");
        HtmlPage decision = waiting.getAnchors().stream()
                .filter(anchor -> anchor.getTextContent().contains("is to become"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(waiting.asNormalizedText()))
                .click();
        HtmlForm form = decision.getForms().stream()
                .filter(each -> each.getActionAttribute().equals("approve"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(decision.asNormalizedText()));
        form.getInputByName("reason").setValue("looked at it");
        return ((HtmlPage) rule.submit(form)).asNormalizedText();
    }
}
