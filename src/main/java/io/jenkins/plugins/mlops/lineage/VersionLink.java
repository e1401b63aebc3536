package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * A version of a registered model and its page.
 *
 * @param server name of the MLflow server's profile; null when nobody knows, and there is no page then
 */
@Restricted(NoExternalUse.class)
public record VersionLink(String server, String model, int version) {

    /** Of {@code models:/NAME/VERSION}; null for other texts. */
    @CheckForNull
    static VersionLink of(@CheckForNull String server, @CheckForNull String reference) {
        if (reference == null) {
            return null;
        }
        try {
            ModelReference model = ModelReference.parse(reference);
            return model.version() == 0 ? null : new VersionLink(server, model.name(), model.version());
        } catch (MlopsException e) {
            return null;
        }
    }

    /** The page's address from Jenkins' root; null without one. */
    @CheckForNull
    public String getPage() {
        return server == null || model == null || version < 1
                ? null
                : "mlops-models/model/version?" + query(server, model) + "&version=" + version;
    }

    /** Which model is meant, as a query. */
    public static String query(String server, String model) {
        return "server=" + encoded(server) + "&name=" + encoded(model);
    }

    public String getLabel() {
        return Shown.text(model) + " " + version;
    }

    /** A text as a part of a query: names are of others. */
    public static String encoded(String text) {
        return Util.rawEncode(text)
                .replace("&", "%26")
                .replace("+", "%2B")
                .replace("=", "%3D")
                .replace(";", "%3B");
    }
}
