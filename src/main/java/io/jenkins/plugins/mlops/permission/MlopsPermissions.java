package io.jenkins.plugins.mlops.permission;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.model.Item;
import hudson.model.Run;
import hudson.security.Permission;
import hudson.security.PermissionGroup;
import hudson.security.PermissionScope;
import jenkins.model.Jenkins;
import jenkins.util.NonLocalizable;
import org.jvnet.localizer.Localizable;
import org.springframework.security.access.AccessDeniedException;

/**
 * What a person may do with models: to be granted on a job, a folder or all of Jenkins. Who may administer Jenkins may do all of
 * it; nothing else (to build or configure a job, say) includes any of it. What a <em>job</em> may do is policy instead.
 */
public final class MlopsPermissions {

    public static final PermissionGroup GROUP = new PermissionGroup(MlopsPermissions.class, text("MLOps"));

    /** To give an alias to a version by hand, and to approve or reject a promotion that waits. */
    public static final Permission PROMOTE = permission(
            "Promote", "Give an alias to a version of a model by hand; approve or reject a promotion that waits.");

    /** To give an alias back to the version before by hand. */
    public static final Permission ROLLBACK =
            permission("Rollback", "Give an alias of a model back to the version before by hand.");

    /** To start a training anew from a page of a model or of new data. */
    public static final Permission RETRAIN = permission("Retrain", "Start a new training of a model by hand.");

    /** To see what was recorded of builds and models: datasets, metrics, gates, promotions. */
    public static final Permission VIEW_LINEAGE = permission(
            "ViewLineage", "See what was recorded of builds and models: datasets, metrics, gates, promotions.");

    private MlopsPermissions() {}

    /** So that the permissions are known before an authorization strategy is loaded that grants them. */
    @Initializer(after = InitMilestone.PLUGINS_PREPARED, before = InitMilestone.EXTENSIONS_AUGMENTED)
    public static void register() {
        // loading the class is enough
    }

    /** Whether the current user may read the build (Item/Read) and see what was recorded of it. */
    public static boolean mayView(@NonNull Run<?, ?> run) {
        return mayView(run.getParent());
    }

    /** As {@link #mayView(Run)}, of the builds of a job or of what is in a folder. */
    public static boolean mayView(@NonNull Item item) {
        return item.hasPermission(Item.READ) && item.hasPermission(VIEW_LINEAGE);
    }

    /** @throws AccessDeniedException unless {@link #mayView(Run)} */
    public static void checkView(@NonNull Run<?, ?> run) {
        check(run.getParent(), VIEW_LINEAGE);
    }

    /** @throws AccessDeniedException unless the current user may read the item (Item/Read) and has the permission on it */
    public static void check(@NonNull Item item, @NonNull Permission permission) {
        item.checkPermission(Item.READ);
        item.checkPermission(permission);
    }

    private static Permission permission(String name, String description) {
        return new Permission(GROUP, name, text(description), Jenkins.ADMINISTER, true, new PermissionScope[] {
            PermissionScope.ITEM, PermissionScope.ITEM_GROUP, PermissionScope.JENKINS
        });
    }

    private static Localizable text(String text) {
        return new NonLocalizable(text);
    }
}
