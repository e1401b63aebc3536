package io.jenkins.plugins.mlops.model;

import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What the list shows at one moment. */
@Restricted(NoExternalUse.class)
public final class ModelList {

    private final List<ServerModels> servers;

    ModelList(List<ServerModels> servers) {
        this.servers = servers;
    }

    public List<ServerModels> getServers() {
        return servers;
    }

    public boolean isAsking() {
        return servers.stream().anyMatch(ServerModels::isAsking);
    }
}
