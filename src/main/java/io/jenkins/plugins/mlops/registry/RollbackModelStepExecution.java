package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.registry.AliasMove;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.Promoter;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Gives an alias back to the version that had it before. */
class RollbackModelStepExecution extends AliasMoveExecution {

    private static final long serialVersionUID = 1L;

    RollbackModelStepExecution(StepContext context, RollbackModelStep step) {
        super(context, step.getName(), step.getAlias(), step.getReason(), step.getServer(), null);
    }

    @Override
    protected String doing() {
        return "rolling back " + name;
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
    AliasMove move(
            @NonNull MlflowServer mlflow,
            @NonNull Promoter promoter,
            @NonNull RunFacts facts,
            @NonNull PromotionRules rules)
            throws IOException, InterruptedException {
        return promoter.rollback(name, alias, from(mlflow), reason, BuildAuthor.of(run()), rules::check);
    }
}
