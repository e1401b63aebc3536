package io.jenkins.plugins.mlops.config;

import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import java.net.URI;

/** Which MLflow a server is, and whether it lets the credentials in. */
record MlflowQuestion(MlflowSettings settings) implements ServerProbe.Question {

    /** What older ones lack, the steps miss. */
    private static final int OLDEST = 3;

    @Override
    public URI server() {
        return settings.trackingUri();
    }

    @Override
    public FormValidation ask() {
        try (MlflowServer server = MlflowServer.connect(settings, null, ServerProbe.ONCE, ServerProbe.SILENCE)) {
            String version = server.probe();
            String found = "Reached MLflow " + version
                    + (settings.credentials() == null ? " without credentials" : "; it lets the credentials in");
            int major = Integer.parseInt(version.substring(0, version.indexOf('.')));
            return major < OLDEST
                    ? FormValidation.warning(found + "; MLflow " + OLDEST + " or newer is wanted")
                    : FormValidation.ok(found);
        }
    }
}
