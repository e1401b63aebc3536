package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import java.util.function.Supplier;

/** The MLflow server's runs; no server needs to be named until a rule compares with one of them. To be closed. */
public final class LazyRuns implements Supplier<RunBaselines>, AutoCloseable {

    private final Supplier<MlflowServer> connection;
    /** Null until it is needed. */
    private MlflowServer server;

    /** @param connection asked once, when the first rule needs it */
    public LazyRuns(Supplier<MlflowServer> connection) {
        this.connection = connection;
    }

    @Override
    public RunBaselines get() {
        if (server == null) {
            server = connection.get();
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
