package io.jenkins.plugins.mlops.config;

import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.MlopsException;
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
        String version = version(settings);
        String found = "Reached MLflow " + version + "; " + access();
        int major = Integer.parseInt(version.substring(0, version.indexOf('.')));
        return major < OLDEST
                ? FormValidation.warning(found + "; MLflow " + OLDEST + " or newer is wanted")
                : FormValidation.ok(found);
    }

    /** A server without authentication lets any credentials in, which would be no praise of them. */
    private String access() {
        if (settings.credentials() == null) {
            return "it asks for no credentials";
        }
        try {
            version(new MlflowSettings(settings.trackingUri(), null));
            return "it asks for no credentials, so whether these are right it does not tell";
        } catch (MlopsException e) {
            return "it accepts the credentials";
        }
    }

    private static String version(MlflowSettings settings) {
        try (MlflowServer server = MlflowServer.connect(settings, null, ServerProbe.ONCE, ServerProbe.SILENCE)) {
            return server.probe();
        }
    }
}
