package io.jenkins.plugins.mlops.gate;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Util;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.ListBoxModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** What becomes of a build whose gate, or whose check of a dataset, does not pass. */
public enum OnFailure {
    FAIL("Fail the step"),
    UNSTABLE("Go on, and mark the stage and the build as unstable"),
    CONTINUE("Go on; the pipeline looks at what the step returns");

    private final String description;

    OnFailure(String description) {
        this.description = description;
    }

    @NonNull
    public static OnFailure of(@NonNull String step, @NonNull String word) throws AbortException {
        return Arrays.stream(values())
                .filter(choice -> choice.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new AbortException(step + "'s onFailure is one of "
                        + Arrays.stream(values()).map(OnFailure::word).collect(Collectors.joining(", ")) + ", not '"
                        + word + "'"));
    }

    /** The word that a pipeline has given, or that of the default. */
    @NonNull
    public static String wordOf(@CheckForNull String given) {
        String word = Util.fixEmptyAndTrim(given);
        return word == null ? FAIL.word() : word;
    }

    /** As pipelines write it. */
    @NonNull
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @NonNull
    String description() {
        return description;
    }

    /** For a form. */
    @NonNull
    public static ListBoxModel choices() {
        ListBoxModel choices = new ListBoxModel();
        for (OnFailure choice : values()) {
            choices.add(choice.description(), choice.word());
        }
        return choices;
    }

    /**
     * Does so.
     *
     * @param context of the step
     * @param refusal why it does not pass, as a sentence
     */
    public void act(@NonNull StepContext context, @NonNull String refusal) throws IOException, InterruptedException {
        switch (this) {
            case FAIL -> throw new AbortException(refusal);
            case UNSTABLE -> {
                required(context, FlowNode.class)
                        .addOrReplaceAction(new WarningAction(Result.UNSTABLE).withMessage(refusal));
                required(context, Run.class).setResult(Result.UNSTABLE);
            }
            case CONTINUE ->
                required(context, TaskListener.class).getLogger().println("The pipeline goes on, as onFailure says");
        }
    }

    private static <C> C required(StepContext context, Class<C> type) throws IOException, InterruptedException {
        return Objects.requireNonNull(context.get(type), "the step requires it");
    }
}
