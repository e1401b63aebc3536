package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The servers of one run: S3Proxy, which keeps buckets as directories and checks signatures, and MLflow, which keeps its
 * artifacts in that store. The credentials are made for the run. What runs is written down, so that a later command can stop
 * it; closing stops it all unless it is to be kept. Thread-safe.
 */
final class Servers implements AutoCloseable {

    static final String DATASETS_BUCKET = "datasets";
    private static final String ARTIFACTS_BUCKET = "mlflow";
    private static final int KEY_BYTES = 10;
    private static final int SECRET_BYTES = 20;

    private final QuickstartDirectory.Run run;
    private final Map<String, String> environment;
    private final List<LocalServer> running = new ArrayList<>();
    private final String accessKey;
    private final String secretKey;
    private final URI s3;
    private final URI mlflow;
    private boolean kept;
    private boolean closed;

    /** What {@code servers.json} holds. */
    record Running(List<LocalServer> servers) {}

    /**
     * @param environment the host's variables
     */
    Servers(QuickstartDirectory.Run run, Map<String, String> environment) {
        this.run = run;
        this.environment = environment;
        SecureRandom random = new SecureRandom();
        accessKey = "QS" + random(random, KEY_BYTES).toUpperCase(Locale.ROOT);
        secretKey = random(random, SECRET_BYTES);
        s3 = URI.create("http://127.0.0.1:" + LocalServer.freePort());
        mlflow = URI.create("http://127.0.0.1:" + LocalServer.freePort());
    }

    private static String random(SecureRandom random, int bytes) {
        byte[] made = new byte[bytes];
        random.nextBytes(made);
        return HexFormat.of().formatHex(made);
    }

    URI s3() {
        return s3;
    }

    URI mlflow() {
        return mlflow;
    }

    /** What a command needs in its environment to use the servers. Holds the secret. */
    Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        variables.put("AWS_ACCESS_KEY_ID", accessKey);
        variables.put("AWS_SECRET_ACCESS_KEY", secretKey);
        variables.put("AWS_REGION", "us-east-1");
        variables.put("AWS_ENDPOINT_URL_S3", s3.toString());
        variables.put("MLFLOW_TRACKING_URI", mlflow.toString());
        return variables;
    }

    /** Starts the S3 server and waits until it answers. */
    void startS3(Path jars) {
        Path log = run.logs().resolve("s3.log");
        Path configuration = run.directory().resolve("s3proxy.properties");
        Path logging = run.directory().resolve("s3proxy.logback.xml");
        try {
            Files.createDirectories(run.buckets().resolve(DATASETS_BUCKET));
            Files.createDirectories(run.buckets().resolve(ARTIFACTS_BUCKET));
            Documents.writeAtomically(logging, HostTools.resource("s3-server.logback.xml"));
        } catch (IOException e) {
            throw MlopsException.failed("The S3 server cannot be set up in " + run.directory() + ": " + e, e);
        }
        PrivateFile.write(configuration, s3Configuration());
        start(
                        "S3",
                        s3,
                        run.directory(),
                        log,
                        environment,
                        List.of(
                                HostTools.java().toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Xmx256m",
                                "-Dlogback.configurationFile=" + logging,
                                "-cp",
                                jars.resolve("*").toString(),
                                "org.gaul.s3proxy.Main",
                                "--properties",
                                configuration.toString()))
                .await("/", log);
    }

    /** The base directory is absolute: with a relative one S3Proxy stores objects, but lists none. */
    private String s3Configuration() {
        return String.join(
                "\n",
                "s3proxy.endpoint=" + s3,
                "s3proxy.authorization=aws-v2-or-v4",
                "s3proxy.identity=" + accessKey,
                "s3proxy.credential=" + secretKey,
                "jclouds.provider=filesystem-nio2",
                "jclouds.filesystem.basedir="
                        + escape(run.buckets().toAbsolutePath().toString()),
                "");
    }

    /** As a properties file, whose own encoding is Latin-1, must hold a value. */
    static String escape(String value) {
        StringBuilder escaped = new StringBuilder();
        for (char c : value.toCharArray()) {
            escaped.append(c < ' ' || c > '~' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return escaped.toString();
    }

    /** Starts MLflow; it takes a while until it answers. */
    void startMlflow(Path python) {
        Map<String, String> variables = new TreeMap<>(environment);
        variables.keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("MLFLOW_"));
        variables.put("AWS_ACCESS_KEY_ID", accessKey);
        variables.put("AWS_SECRET_ACCESS_KEY", secretKey);
        variables.put("AWS_DEFAULT_REGION", "us-east-1");
        // Newer botocore sends checksums that are made while streaming, which not every S3 server takes.
        variables.put("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required");
        variables.put("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        variables.put("MLFLOW_S3_ENDPOINT_URL", s3.toString());
        variables.put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        variables.put("MLFLOW_DISABLE_TELEMETRY", "true");
        variables.put("NO_PROXY", "127.0.0.1,localhost");
        variables.put("no_proxy", "127.0.0.1,localhost");
        start(
                "MLflow",
                mlflow,
                run.mlflow(),
                mlflowLog(),
                variables,
                List.of(
                        python.toString(),
                        "-m",
                        "mlflow",
                        "server",
                        "--workers",
                        "1",
                        "--backend-store-uri",
                        "sqlite:///mlflow.db",
                        "--artifacts-destination",
                        "s3://" + ARTIFACTS_BUCKET + "/artifacts",
                        "--host",
                        mlflow.getHost(),
                        "--port",
                        String.valueOf(mlflow.getPort())));
    }

    void awaitMlflow() {
        LocalServer server;
        synchronized (this) {
            server = running.stream()
                    .filter(started -> started.url().equals(mlflow))
                    .findFirst()
                    .orElseThrow();
        }
        server.await("/health", mlflowLog());
    }

    private Path mlflowLog() {
        return run.logs().resolve("mlflow.log");
    }

    private synchronized LocalServer start(
            String name, URI url, Path directory, Path log, Map<String, String> variables, List<String> command) {
        if (closed) {
            throw MlopsException.interrupted("Starting the " + name + " server");
        }
        LocalServer server = LocalServer.start(name, url, directory, log, variables, command);
        running.add(server);
        try {
            Documents.writeJson(run.servers(), new Running(List.copyOf(running)));
        } catch (IOException e) {
            server.stop();
            throw new UncheckedIOException(e);
        }
        return server;
    }

    /** From now on closing leaves them running. */
    synchronized void keep() {
        kept = true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (!kept) {
            stop(run, running);
        }
    }

    /** Stops what an earlier run has left running; returns those stopped. */
    static List<LocalServer> stop(QuickstartDirectory.Run run) {
        if (!Files.exists(run.servers())) {
            return List.of();
        }
        List<LocalServer> stopped = Documents.read(run.servers(), Running.class).servers().stream()
                .filter(LocalServer::isRunning)
                .toList();
        stop(run, stopped);
        return stopped;
    }

    private static void stop(QuickstartDirectory.Run run, List<LocalServer> servers) {
        for (int i = servers.size() - 1; i >= 0; i--) {
            servers.get(i).stop();
        }
        try {
            Files.deleteIfExists(run.servers());
        } catch (IOException e) {
            throw MlopsException.failed("The file " + run.servers() + " cannot be deleted: " + e.getMessage(), e);
        }
    }
}
