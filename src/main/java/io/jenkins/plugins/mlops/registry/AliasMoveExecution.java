package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.step.RestartableStepExecution;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Makes an {@link AliasChange}, which tells its states, in a build, at most once, however often it is begun. */
class AliasMoveExecution extends RestartableStepExecution<PromotedModel> {

    private static final long serialVersionUID = 1L;

    private final AliasChange change;

    AliasMoveExecution(@NonNull StepContext context, @NonNull AliasChange change) {
        super(context);
        this.change = change;
    }

    @Override
    protected String doing() {
        return change.doing();
    }

    @Override
    protected final String lane() {
        return change.lane();
    }

    @Override
    protected final PromotedModel work() throws IOException, InterruptedException {
        return new PromotedModel(change.make(StepPlace.of(getContext())));
    }
}
