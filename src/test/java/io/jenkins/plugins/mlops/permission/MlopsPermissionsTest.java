package io.jenkins.plugins.mlops.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.hudson.plugins.folder.properties.AuthorizationMatrixProperty;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.security.Permission;
import hudson.security.PermissionScope;
import hudson.security.ProjectMatrixAuthorizationStrategy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.matrixauth.PermissionEntry;
import org.jenkinsci.plugins.matrixauth.inheritance.NonInheritingStrategy;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;
import org.springframework.security.access.AccessDeniedException;

/** The permissions as a matrix of users, on Jenkins and on folders, grants them; before and after a restart. */
class MlopsPermissionsTest {

    private static final List<Permission> OURS = List.of(
            MlopsPermissions.PROMOTE,
            MlopsPermissions.ROLLBACK,
            MlopsPermissions.RETRAIN,
            MlopsPermissions.VIEW_LINEAGE);

    /** Everything that has to do with jobs and is no administration. */
    private static final List<Permission> JOBS =
            List.of(Item.BUILD, Item.CONFIGURE, Item.CREATE, Item.DELETE, Item.CANCEL, Item.WORKSPACE, Item.READ);

    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    @Test
    void theyAreGrantedOnJenkinsAndFoldersAndSurviveARestart() throws Throwable {
        session.then(jenkins -> {
            theyStandForThemselves();
            grant(jenkins);
            theyHoldWhereTheyAreGranted(jenkins);
            jenkins.jenkins.save();
        });
        session.then(MlopsPermissionsTest::theyHoldWhereTheyAreGranted);
    }

    /** Nothing but Administer includes any of them, and they include nothing themselves. */
    private static void theyStandForThemselves() {
        assertThat(MlopsPermissions.GROUP.getPermissions()).containsExactlyInAnyOrderElementsOf(OURS);
        for (Permission permission : OURS) {
            assertThat(permission.impliedBy).as(permission.getId()).isEqualTo(Jenkins.ADMINISTER);
            assertThat(permission.getEnabled()).isTrue();
            assertThat(permission.description.toString()).isNotBlank();
            assertThat(Permission.fromId(permission.getId())).isSameAs(permission);
            assertThat(List.of(PermissionScope.JENKINS, PermissionScope.ITEM_GROUP, PermissionScope.ITEM))
                    .allMatch(permission::isContainedBy);
            assertThat(Permission.getAll())
                    .filteredOn(other -> other.impliedBy == permission)
                    .isEmpty();
        }
    }

    /** auditor has one of them everywhere, the team some in its folder, and others may do all with jobs but nothing of ours. */
    private static void grant(JenkinsRule jenkins) throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        ProjectMatrixAuthorizationStrategy strategy = new ProjectMatrixAuthorizationStrategy();
        strategy.add(Jenkins.ADMINISTER, PermissionEntry.user("admin"));
        strategy.add(Jenkins.READ, PermissionEntry.group("authenticated"));
        strategy.add(Item.READ, PermissionEntry.user("auditor"));
        strategy.add(MlopsPermissions.VIEW_LINEAGE, PermissionEntry.user("auditor"));
        strategy.add(MlopsPermissions.VIEW_LINEAGE, PermissionEntry.user("blind"));
        JOBS.forEach(permission -> strategy.add(permission, PermissionEntry.user("builder")));
        jenkins.jenkins.setAuthorizationStrategy(strategy);

        Folder team = jenkins.createProject(Folder.class, "team");
        team.addProperty(new AuthorizationMatrixProperty(Map.of(
                Item.READ, Set.of("alice"),
                MlopsPermissions.VIEW_LINEAGE, Set.of("alice"),
                MlopsPermissions.PROMOTE, Set.of("alice"))));
        Folder closed = team.createProject(Folder.class, "closed");
        AuthorizationMatrixProperty ofClosed = new AuthorizationMatrixProperty(Map.of());
        ofClosed.setInheritanceStrategy(new NonInheritingStrategy());
        closed.addProperty(ofClosed);
        for (Folder folder : List.of(team, closed, jenkins.createProject(Folder.class, "other"))) {
            WorkflowJob job = folder.createProject(WorkflowJob.class, "train");
            job.setDefinition(new CpsFlowDefinition("", true));
            jenkins.buildAndAssertSuccess(job);
        }
    }

    private static void theyHoldWhereTheyAreGranted(JenkinsRule jenkins) {
        for (String folder : List.of("team", "team/closed", "other")) {
            Job<?, ?> job = jenkins.jenkins.getItemByFullName(folder + "/train", Job.class);
            assertThat(as("admin", () -> OURS.stream().allMatch(job::hasPermission)))
                    .as(folder)
                    .isTrue();
            assertThat(as("builder", () -> OURS.stream().anyMatch(job::hasPermission)))
                    .as(folder)
                    .isFalse();
            assertThat(as("builder", () -> MlopsPermissions.mayView(job)))
                    .as(folder)
                    .isFalse();
            assertThat(as("auditor", () -> MlopsPermissions.mayView(job.getLastBuild())))
                    .as(folder)
                    .isEqualTo(!folder.equals("team/closed"));
            assertThat(as("blind", () -> MlopsPermissions.mayView(job)))
                    .as("not without Item/Read: " + folder)
                    .isFalse();
            assertThat(as("alice", () -> MlopsPermissions.mayView(job.getLastBuild())))
                    .as(folder)
                    .isEqualTo(folder.equals("team"));
            assertThat(as("alice", () -> job.hasPermission(MlopsPermissions.ROLLBACK)))
                    .as("one does not include another: " + folder)
                    .isFalse();
        }
        Job<?, ?> job = jenkins.jenkins.getItemByFullName("team/train", Job.class);
        try (ACLContext ignored = ACL.as2(User.getById("alice", true).impersonate2())) {
            assertThatCode(() -> MlopsPermissions.check(job, MlopsPermissions.PROMOTE))
                    .doesNotThrowAnyException();
            assertThatCode(() -> MlopsPermissions.checkView(job.getLastBuild())).doesNotThrowAnyException();
            assertThatThrownBy(() -> MlopsPermissions.check(job, MlopsPermissions.ROLLBACK))
                    .isInstanceOf(AccessDeniedException.class)
                    .hasMessageContaining("MLOps/Rollback");
        }
        try (ACLContext ignored = ACL.as2(User.getById("blind", true).impersonate2())) {
            assertThatThrownBy(() -> MlopsPermissions.checkView(job.getLastBuild()))
                    .isInstanceOf(AccessDeniedException.class);
        }
    }

    private static boolean as(String user, BooleanSupplier question) {
        try (ACLContext ignored = ACL.as2(User.getById(user, true).impersonate2())) {
            return question.getAsBoolean();
        }
    }
}
