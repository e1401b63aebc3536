package io.jenkins.plugins.mlops.browser;

import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Item;
import hudson.model.User;
import hudson.security.GlobalMatrixAuthorizationStrategy;
import hudson.security.HudsonPrivateSecurityRealm;
import hudson.security.Permission;
import io.jenkins.plugins.darktheme.DarkThemeManagerFactory;
import io.jenkins.plugins.mlops.ManyBuilds;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.thememanager.ThemeUserProperty;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import jenkins.model.experimentalflags.UserExperimentalFlagsProperty;
import org.jenkinsci.plugins.matrixauth.PermissionEntry;
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

    /** May read, nothing else. */
    static final String READER = "rita";

    private SiteController() {}

    static void prepare(JenkinsRule r) throws Exception {
        Jenkins jenkins = r.jenkins;
        HudsonPrivateSecurityRealm realm = new HudsonPrivateSecurityRealm(false, false, null);
        jenkins.setSecurityRealm(realm);
        for (String name : List.of(ADMIN, DARK, NEW_PAGE, LEAD, READER)) {
            realm.createAccount(name, name);
        }
        jenkins.setAuthorizationStrategy(permissions());
        theme(user(DARK));
        user(NEW_PAGE).addProperty(new UserExperimentalFlagsProperty(Map.of("new-build-page.flag", "true")));
        jenkins.save();
    }

    private static GlobalMatrixAuthorizationStrategy permissions() {
        GlobalMatrixAuthorizationStrategy strategy = new GlobalMatrixAuthorizationStrategy();
        for (String name : List.of(ADMIN, DARK, NEW_PAGE)) {
            strategy.add(Jenkins.ADMINISTER, PermissionEntry.user(name));
        }
        for (String name : List.of(LEAD, READER)) {
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

    static String endOfReview(JenkinsRule r) throws Exception {
        WorkflowRun run =
                r.jenkins.getItemByFullName("review", WorkflowJob.class).getBuildByNumber(1);
        return r.waitForCompletion(run).getResult().toString();
    }

    static void manyBuilds(JenkinsRule r, String name) throws IOException {
        ManyBuilds.job(r, name, 10_000);
    }
}
