package io.jenkins.plugins.mlops.network;

import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import java.io.Serializable;
import jenkins.util.JenkinsJVM;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What the configuration trusts, on its way to an agent: made on the controller, used where connections are made. */
@Restricted(NoExternalUse.class)
public final class AgentTrust implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String certificates;

    public AgentTrust() {
        String configured = MlopsConfiguration.get().getCertificates();
        certificates = configured == null ? "" : configured;
    }

    /** Has connections of this JVM trust it, unless this is the controller's, which does so already. */
    public void use() {
        if (!JenkinsJVM.isJenkinsJVM()) {
            JenkinsNetwork.useOnAgent(certificates);
        }
    }
}
