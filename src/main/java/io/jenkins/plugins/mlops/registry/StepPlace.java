package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** A step of a build: the build's author moves the alias, the build's log hears of it, and a restart finds what was saved. */
record StepPlace(Run<?, ?> run, String id, String by, PrintStream log, StepContext context) implements ChangePlace {

    static StepPlace of(@NonNull StepContext context) throws IOException, InterruptedException {
        Run<?, ?> run = Objects.requireNonNull(context.get(Run.class), "every step has a build");
        return new StepPlace(
                run,
                Objects.requireNonNull(context.get(FlowNode.class), "every step has a node")
                        .getId(),
                BuildAuthor.of(run),
                Objects.requireNonNull(context.get(TaskListener.class), "every step has a log")
                        .getLogger(),
                context);
    }

    @Override
    public boolean isPerson() {
        return false;
    }

    @Override
    public Item item() {
        return run.getParent();
    }

    @NonNull
    @Override
    public String from() {
        return run.getUrl();
    }

    @Override
    public void save() throws IOException, InterruptedException {
        try {
            context.saveState().get();
        } catch (ExecutionException e) {
            throw new IOException("What the step is about to do cannot be saved", e.getCause());
        }
    }
}
