package io.jenkins.plugins.mlops.cli.gate;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.gate.RunBaselines;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import java.util.function.Supplier;

/** The MLflow server's runs; no server needs to be named until a rule compares with one of them. */
final class LazyRuns implements Supplier<RunBaselines>, AutoCloseable {

    private final Host host;
    private final ServerOptions servers;
    /** Null until it is needed. */
    private MlflowServer server;

    LazyRuns(Host host, ServerOptions servers) {
        this.host = host;
        this.servers = servers;
    }

    @Override
    public RunBaselines get() {
        if (server == null) {
            server = MlflowServer.connect(servers.mlflow(host), servers.objectStore(host));
        }
        return new RunBaselines(server, server);
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
