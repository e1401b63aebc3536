package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds out whether an address is an MLflow server's, and whether that lets the credentials in. Changes nothing. */
final class MlflowProbe {

    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[0-9A-Za-z.+-]{0,30}");

    private final URI server;
    private final MlflowRest rest;
    private final MlflowCalls calls;

    MlflowProbe(URI server, MlflowRest rest, MlflowCalls calls) {
        this.server = server;
        this.rest = rest;
        this.calls = calls;
    }

    /** The server's version; some servers tell that to anybody, so a request that needs the credentials follows. */
    String run() {
        String version = version();
        if (!VERSION.matcher(version).matches()) {
            throw foreign("says no version of MLflow");
        }
        calls.require("Reading the experiments", () -> rest.get("experiments/search", Map.of("max_results", "1")));
        return version;
    }

    private String version() {
        String what = "Asking for the version";
        try {
            return calls.repeat(what, rest::version).trim();
        } catch (MlflowErrorAnswer e) {
            if (!e.isPage() && (e.status() == 401 || e.status() == 403)) {
                throw calls.refused(what, e);
            }
            throw foreign("answers HTTP " + e.status());
        }
    }

    private MlopsException foreign(String how) {
        return MlopsException.failed("What answers at " + server + " is no MLflow server (it " + how
                + " when asked for its version): check the address");
    }
}
