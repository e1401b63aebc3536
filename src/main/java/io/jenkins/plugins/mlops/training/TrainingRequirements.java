package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import io.jenkins.plugins.mlops.policy.Requirements;
import java.io.Serializable;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** What a pipeline requires of its training, besides what the specification and the policies of its folders do. */
public final class TrainingRequirements extends AbstractDescribableImpl<TrainingRequirements> implements Serializable {

    private static final long serialVersionUID = 1L;

    private boolean anonymised;

    @DataBoundConstructor
    public TrainingRequirements() {
        // everything is optional
    }

    /** Whether the datasets must be known to be anonymised. */
    public boolean isAnonymised() {
        return anonymised;
    }

    @DataBoundSetter
    public void setAnonymised(boolean anonymised) {
        this.anonymised = anonymised;
    }

    /** With what the policies require. */
    TrainingSpecification.Requirements and(Requirements policies) {
        return new TrainingSpecification.Requirements(anonymised || policies.anonymised());
    }

    @Extension
    public static class DescriptorImpl extends Descriptor<TrainingRequirements> {

        @NonNull
        @Override
        public String getDisplayName() {
            return "What the training requires";
        }
    }
}
