package io.jenkins.plugins.mlops.usage;

import hudson.Extension;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.listeners.ItemListener;
import io.jenkins.plugins.mlops.lineage.BuildFiles;
import java.util.LinkedHashSet;
import java.util.Set;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Has the notes of {@link BuildUses} follow jobs that are renamed or moved, also with a folder. Jenkins itself does so only for
 * fingerprints that the builds list, which would show everyone who may read a build what it used.
 */
@Extension
@Restricted(NoExternalUse.class)
public class MovedJobs extends ItemListener {

    @Override
    public void onLocationChanged(Item item, String oldFullName, String newFullName) {
        if (item instanceof Job<?, ?> job) {
            Set<Subject> subjects = new LinkedHashSet<>();
            new BuildFiles(job).each(facts -> subjects.addAll(UsageNotes.all(facts)));
            subjects.forEach(subject -> BuildUses.rename(subject, oldFullName, newFullName));
        }
    }
}
