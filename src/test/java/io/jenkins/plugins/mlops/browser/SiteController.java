package io.jenkins.plugins.mlops.browser;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Item;
import hudson.model.User;
import hudson.security.GlobalMatrixAuthorizationStrategy;
import hudson.security.HudsonPrivateSecurityRealm;
import hudson.security.Permission;
import hudson.util.Secret;
import io.jenkins.plugins.darktheme.DarkThemeManagerFactory;
import io.jenkins.plugins.mlops.ManyBuilds;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.event.BitbucketMergeTrigger;
import io.jenkins.plugins.mlops.event.DatasetPublishedTrigger;
import io.jenkins.plugins.mlops.event.MergeJobs;
import io.jenkins.plugins.mlops.event.Notifications;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.report.ReportsAction;
import io.jenkins.plugins.thememanager.ThemeUserProperty;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import jenkins.model.experimentalflags.UserExperimentalFlagsProperty;
import org.jenkinsci.plugins.matrixauth.PermissionEntry;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jvnet.hudson.test.JenkinsRule;

/** What {@link Site} does within the controller's process. */
final class SiteController {

    /** May do everything. */
    static final String ADMIN = "ada";

    /** The same, who likes it dark. */
    static final String DARK = "dora";

    /** The same, with the new build page. */
    static final String NEW_PAGE = "nora";

    /** May read, build, and everything that the plugin has permissions for. */
    static final String LEAD = "lena";

    /** May read and configure jobs. */
    static final String OWNER = "olga";

    /** May read, nothing else. */
    static final String READER = "rita";

    private SiteController() {}

    /** @param bitbucket where the Bitbucket server of its profile is */
    static void prepare(JenkinsRule r, String bitbucket) throws Exception {
        Jenkins jenkins = r.jenkins;
        HudsonPrivateSecurityRealm realm = new HudsonPrivateSecurityRealm(false, false, null);
        jenkins.setSecurityRealm(realm);
        for (String name : List.of(ADMIN, DARK, NEW_PAGE, LEAD, OWNER, READER)) {
            realm.createAccount(name, name);
        }
        jenkins.setAuthorizationStrategy(permissions());
        theme(user(DARK));
        user(NEW_PAGE).addProperty(new UserExperimentalFlagsProperty(Map.of("new-build-page.flag", "true")));
        jenkins.save();
        Bitbucket.configure(bitbucket);
        takeNotifications();
    }

    private static void takeNotifications() throws IOException {
        SystemCredentialsProvider provider = SystemCredentialsProvider.getInstance();
        provider.getCredentials()
                .add(new StringCredentialsImpl(
                        CredentialsScope.SYSTEM, "store-events", null, Secret.fromString(Notifications.TOKEN)));
        provider.save();
        List<ObjectStoreProfile> stores = MlopsConfiguration.get().getObjectStores();
        stores.get(0).setEventTokenId("store-events");
        MlopsConfiguration.get().setObjectStores(stores);
    }

    private static GlobalMatrixAuthorizationStrategy permissions() {
        GlobalMatrixAuthorizationStrategy strategy = new GlobalMatrixAuthorizationStrategy();
        for (String name : List.of(ADMIN, DARK, NEW_PAGE)) {
            strategy.add(Jenkins.ADMINISTER, PermissionEntry.user(name));
        }
        for (String name : List.of(LEAD, OWNER, READER)) {
            strategy.add(Jenkins.READ, PermissionEntry.user(name));
            strategy.add(Item.READ, PermissionEntry.user(name));
        }
        for (Permission permission : List.of(
                Item.BUILD,
                MlopsPermissions.VIEW_LINEAGE,
                MlopsPermissions.PROMOTE,
                MlopsPermissions.ROLLBACK,
                MlopsPermissions.RETRAIN)) {
            strategy.add(permission, PermissionEntry.user(LEAD));
        }
        strategy.add(Item.CONFIGURE, PermissionEntry.user(OWNER));
        return strategy;
    }

    private static User user(String name) {
        return User.getOrCreateByIdOrFullName(name);
    }

    private static void theme(User user) throws IOException {
        ThemeUserProperty property = new ThemeUserProperty();
        property.setTheme(new DarkThemeManagerFactory());
        user.addProperty(property);
    }

    /** Starts a build of a pipeline, and waits until two promotions wait in it. */
    static void review(JenkinsRule r, String script) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, "review");
        job.setDefinition(new CpsFlowDefinition(script, true));
        WorkflowRun run = job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause(ADMIN)))
                .waitForStart();
        for (String alias : List.of("champion", "trial")) {
            r.waitForMessage("becomes " + alias, run);
        }
    }

    static String endOf(JenkinsRule r, String job, Integer build) throws Exception {
        return MergeJobs.finished(r, job(r, job), build).getResult().toString();
    }

    private static WorkflowJob job(JenkinsRule r, String name) {
        return r.jenkins.getItemByFullName(name, WorkflowJob.class);
    }

    /** Publishes one more version of a dataset; returns the address of its manifest. */
    static String drives(JenkinsRule r, String to) throws Exception {
        WorkflowJob job = job(r, "drives");
        if (job == null) {
            job = r.createProject(WorkflowJob.class, "drives");
            job.setDefinition(new CpsFlowDefinition("""
                    node {
                        for (int drive = 1; drive <= BUILD_NUMBER.toInteger(); drive++) {
                            writeFile file: "drives/${drive}.csv", text: "speed,sign\\n${30 * drive},limit-${30 * drive}\\n"
                        }
                        currentBuild.description = publishDataset(directory: 'drives', name: 'drives', to: '@TO@').source
                    }
                    """.replace("@TO@", to), true));
        }
        return r.buildAndAssertSuccess(job).getDescription();
    }

    /** A job that is built when a dataset is published. */
    static void learns(JenkinsRule r, String datasets) throws Exception {
        WorkflowJob job = r.createProject(WorkflowJob.class, "learns");
        job.setDefinition(new CpsFlowDefinition("echo env.MLOPS_DATASET", true));
        job.addTrigger(new DatasetPublishedTrigger(datasets));
    }

    /** A job that trains when something is merged in a repository. */
    static void signs(JenkinsRule r, String remote, String repository) throws IOException {
        BitbucketMergeTrigger trigger = new BitbucketMergeTrigger(repository);
        trigger.setPaths(List.of("training/**"));
        MergeJobs.create(r, "signs", remote, true, trigger);
    }

    /** Waits for a build, and until Bitbucket has taken or refused what it is told of it. */
    static void reported(JenkinsRule r, String job, Integer build) throws Exception {
        WorkflowRun run = MergeJobs.finished(r, job(r, job), build);
        MergeJobs.await(() -> {
            ReportsAction reports = run.getAction(ReportsAction.class);
            return reports != null
                    && reports.getBitbucketReports().size() == 4
                    && reports.getBitbucketReports().stream()
                            .noneMatch(report -> report.getState().equals("waiting"));
        });
    }

    static void manyBuilds(JenkinsRule r, String name) throws IOException {
        ManyBuilds.job(r, name, 10_000);
    }
}
