package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;

/** Says that a build does the training of another build of the job again. */
public final class RerunCause extends Cause {

    private final int number;
    private final String kind;

    RerunCause(@NonNull Run<?, ?> original, @NonNull RerunKind kind) {
        this.number = original.getNumber();
        this.kind = kind.word();
    }

    /** Number of the other build. */
    public int getNumber() {
        return number;
    }

    @Override
    public String getShortDescription() {
        return RerunKind.parse(kind).title() + ": the training of #" + number;
    }
}
