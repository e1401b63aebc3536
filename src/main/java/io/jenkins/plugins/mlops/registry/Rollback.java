package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;

/** Gives an alias back to the version that had it before. */
final class Rollback extends AliasChange {

    private static final long serialVersionUID = 1L;

    /** @param from the version to leave; null for the one that is found at the beginning */
    Rollback(
            @NonNull String name,
            @NonNull String alias,
            @CheckForNull String reason,
            @CheckForNull String server,
            @CheckForNull Integer from) {
        super(name, alias, reason, server, from);
    }

    @NonNull
    @Override
    String action() {
        return "rollback";
    }

    @NonNull
    @Override
    String done() {
        return "Rolled back";
    }

    @NonNull
    @Override
    String doing() {
        return "rolling back " + name;
    }

    @NonNull
    @Override
    AliasMove move(
            @NonNull MlflowServer mlflow,
            @NonNull Promoter promoter,
            @NonNull RunFacts facts,
            @NonNull PromotionRules rules,
            @NonNull ChangePlace place)
            throws IOException, InterruptedException {
        return promoter.rollback(
                name,
                alias,
                from(mlflow, place),
                reason,
                place.by(),
                version -> rules.check(version).forEach(place.log()::println));
    }
}
