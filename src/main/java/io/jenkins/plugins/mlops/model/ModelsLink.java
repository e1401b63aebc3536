package io.jenkins.plugins.mlops.model;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Action;
import hudson.model.TransientViewActionFactory;
import hudson.model.View;
import java.util.List;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The link <em>Models</em> in the side bar of the views on Jenkins' front page, for those for whom {@link ModelsRootAction} is there.
 * Jenkins itself puts root actions into a menu of the header, and into no side bar.
 */
@Restricted(NoExternalUse.class)
final class ModelsLink implements Action {

    private final ModelsRootAction models;

    private ModelsLink(ModelsRootAction models) {
        this.models = models;
    }

    @Override
    public String getIconFileName() {
        return models.getIconFileName();
    }

    @Override
    public String getDisplayName() {
        return models.getDisplayName();
    }

    /** From the root: a view has no such page of its own. */
    @Override
    public String getUrlName() {
        return "/" + models.getUrlName();
    }

    /** On Jenkins' own views; those of folders and of people lead to the header's menu. */
    @Extension
    public static final class Factory extends TransientViewActionFactory {

        @NonNull
        @Override
        public List<Action> createFor(@NonNull View view) {
            return view.getOwner() == Jenkins.get()
                    ? List.of(new ModelsLink(ExtensionList.lookupSingleton(ModelsRootAction.class)))
                    : List.of();
        }
    }
}
