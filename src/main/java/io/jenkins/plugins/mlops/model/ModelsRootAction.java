package io.jenkins.plugins.mlops.model;

import hudson.Extension;
import hudson.model.Api;
import hudson.model.RootAction;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.usage.Viewer;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import jenkins.model.Jenkins;
import jenkins.security.stapler.StaplerDispatchable;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;
import org.kohsuke.stapler.verb.GET;

/**
 * The page <em>Models</em>, in the menu of Jenkins' header and by {@link ModelsLink} in a side bar. Who may see the lineage of something anywhere gets to it; of the models he sees all with the
 * permission on all of Jenkins, else those that a job has to do with whose lineage he may see.
 */
@Extension
@ExportedBean
@Restricted(NoExternalUse.class)
public class ModelsRootAction implements RootAction, StaplerProxy {

    static final String URL = "mlops-models";

    @Override
    public String getIconFileName() {
        return Viewer.current().seesAnything() ? "symbol-cube-outline plugin-ionicons-api" : null;
    }

    @Override
    public String getDisplayName() {
        return "Models";
    }

    @Override
    public String getUrlName() {
        return URL;
    }

    /** Nothing of it is for others. */
    @Override
    public Object getTarget() {
        if (!Viewer.current().seesAnything()) {
            Jenkins.get().checkPermission(MlopsPermissions.VIEW_LINEAGE);
        }
        return this;
    }

    public Api getApi() {
        return new Api(this);
    }

    /** Each asked at most once in some seconds. */
    @Exported
    public List<ServerModels> getServers() {
        Viewer viewer = Viewer.current();
        if (!viewer.seesAnything()) {
            return List.of();
        }
        return MlopsConfiguration.get().getMlflowServers().stream()
                .map(profile -> ServerModels.of(profile, viewer))
                .toList();
    }

    /** Whether there is a server to ask. */
    public boolean isConfigured() {
        return !MlopsConfiguration.get().getMlflowServers().isEmpty();
    }

    /** The list, for the page. */
    @GET
    public void doList(StaplerRequest2 request, StaplerResponse2 response) throws IOException, ServletException {
        ModelList list = new ModelList(getServers());
        Fragment.send(list, "list.jelly", list.isAsking(), request, response);
    }

    /** The model that the query names. */
    @StaplerDispatchable
    public ModelPage getModel() {
        return ModelPage.of(Stapler.getCurrentRequest2(), Viewer.current());
    }

    /** The version of a dataset that the query names. */
    @StaplerDispatchable
    public DatasetPage getDataset() {
        return DatasetPage.of(Stapler.getCurrentRequest2(), Viewer.current());
    }
}
