package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.Permission;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.step.StepThreads;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.model.Jenkins;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;

/**
 * Moves of aliases that a person makes on a page: permission first, then the policy of the job or of Jenkins, in the lane of the model,
 * with everything that a step's move is asked; the audit has them all.
 */
public final class AliasMoves {

    private static final long PATIENCE_SECONDS = 60;

    private AliasMoves() {}

    /**
     * Promotes the model of a run of a build.
     *
     * @param mlflowRun whose model it is
     * @param gate digest of the report that was shown; null for none
     * @param expected the version that the alias was shown to point to, 0 for none
     * @throws AccessDeniedException without the permission
     * @throws MlopsException for what is refused or fails
     */
    @NonNull
    static RunFacts.AliasUse promote(
            @NonNull Run<?, ?> build,
            @NonNull String name,
            @NonNull String alias,
            @NonNull String mlflowRun,
            @CheckForNull String gate,
            int expected,
            boolean override,
            @CheckForNull String reason,
            @CheckForNull String server) {
        MlopsPermissions.check(build.getParent(), MlopsPermissions.PROMOTE);
        Promotion promotion = new Promotion(name, alias, mlflowRun, null, gate, override, reason, server, expected);
        return now(promotion, PersonPlace.onBuild(build, userId()));
    }

    /** As {@link #promote}, back to the version before. @param expected the version that the alias was shown to point to */
    @NonNull
    static RunFacts.AliasUse rollback(
            @NonNull Run<?, ?> build,
            @NonNull String name,
            @NonNull String alias,
            int expected,
            @CheckForNull String reason,
            @CheckForNull String server) {
        MlopsPermissions.check(build.getParent(), MlopsPermissions.ROLLBACK);
        return now(new Rollback(name, alias, reason, server, expected), PersonPlace.onBuild(build, userId()));
    }

    /**
     * Promotes a version on the page of a model.
     *
     * @param item the job that made the version, whose permissions and policy count; null for Jenkins itself, when nobody knows
     * @param gate digest of the report that it rests on; null for none
     * @param expected the version that the alias was shown to point to, 0 for none
     * @param page address of the page below Jenkins' root
     */
    @NonNull
    public static RunFacts.AliasUse promoteVersion(
            @CheckForNull Item item,
            @NonNull String server,
            @NonNull String name,
            int version,
            @NonNull String alias,
            @CheckForNull String gate,
            int expected,
            boolean override,
            @CheckForNull String reason,
            @NonNull String page) {
        check(item, MlopsPermissions.PROMOTE);
        Promotion promotion = new Promotion(name, alias, null, version, gate, override, reason, server, expected);
        return now(promotion, PersonPlace.onModel(item, userId(), page));
    }

    /** As {@link #promoteVersion}, back to the version before. */
    @NonNull
    public static RunFacts.AliasUse rollbackVersion(
            @CheckForNull Item item,
            @NonNull String server,
            @NonNull String name,
            @NonNull String alias,
            int expected,
            @CheckForNull String reason,
            @NonNull String page) {
        check(item, MlopsPermissions.ROLLBACK);
        return now(new Rollback(name, alias, reason, server, expected), PersonPlace.onModel(item, userId(), page));
    }

    private static void check(Item item, Permission permission) {
        if (item == null) {
            Jenkins.get().checkPermission(permission);
        } else {
            MlopsPermissions.check(item, permission);
        }
    }

    private static RunFacts.AliasUse now(AliasChange change, PersonPlace place) {
        FutureTask<RunFacts.AliasUse> task = new FutureTask<>(() -> change.make(place));
        StepThreads.submitInLane(task, change.lane());
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new MlopsException(
                    Kind.UNREACHABLE,
                    "The move of " + change.alias + " of " + change.name + " has not ended within " + PATIENCE_SECONDS
                            + " s and goes on: look again in a while before you try it once more",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MlopsException told) {
                throw told;
            }
            if (e.getCause() instanceof IOException io) {
                throw MlopsException.failed("The move of " + change.alias + " failed: " + io, io);
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Waiting for the move of " + change.alias);
        }
    }

    /** Who is logged in. @throws MlopsException of kind REFUSED when nobody is: a decision is somebody's */
    @NonNull
    static String userId() {
        Authentication user = Jenkins.getAuthentication2();
        if (ACL.isAnonymous2(user)) {
            throw MlopsException.refused("Aliases are moved by persons whom Jenkins knows: log in first");
        }
        return user.getName();
    }
}
