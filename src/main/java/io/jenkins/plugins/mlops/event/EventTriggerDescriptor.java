package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.triggers.TriggerDescriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.MlopsException;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;

/** What the triggers by events have in common: they are for Pipelines, and check their forms for those who may configure the job. */
abstract class EventTriggerDescriptor extends TriggerDescriptor {

    @Override
    public boolean isApplicable(Item item) {
        return item instanceof WorkflowJob;
    }

    static FormValidation check(@CheckForNull Item item, Runnable rule) {
        if (item == null ? !Jenkins.get().hasPermission(Jenkins.ADMINISTER) : !item.hasPermission(Item.CONFIGURE)) {
            return FormValidation.ok();
        }
        try {
            rule.run();
            return FormValidation.ok();
        } catch (MlopsException e) {
            return FormValidation.error(e.getMessage());
        }
    }
}
