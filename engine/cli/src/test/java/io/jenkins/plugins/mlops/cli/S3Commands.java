package io.jenkins.plugins.mlops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.FaultyS3;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of commands have that use an object store in this JVM: a directory and an environment to run them in, and what they said. */
public abstract class S3Commands {

    @TempDir
    protected Path directory;

    protected final Map<String, String> environment = new HashMap<>();
    protected FaultyS3 s3;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void startStore() throws IOException {
        s3 = new FaultyS3();
        environment.put("AWS_ENDPOINT_URL", s3.endpoint().toString());
        environment.put("AWS_ACCESS_KEY_ID", "id");
        environment.put("AWS_SECRET_ACCESS_KEY", "secret");
        environment.put("MLOPS_CACHE_DIR", "cache");
    }

    @AfterEach
    void stopStore() throws IOException {
        s3.close();
    }

    /** Returns the exit code. */
    protected int run(String... arguments) {
        out.reset();
        err.reset();
        return run(out, err, arguments);
    }

    /** As the other, beside what {@link #json}, {@link #text} and {@link #errors} tell of. */
    protected int run(ByteArrayOutputStream toOut, ByteArrayOutputStream toErr, String... arguments) {
        Host host = new Host(
                environment,
                directory,
                new PrintStream(toOut, true, StandardCharsets.UTF_8),
                new PrintStream(toErr, true, StandardCharsets.UTF_8),
                false);
        return MlopsCommand.commandLine(host).execute(arguments);
    }

    protected JsonNode json() throws IOException {
        return Documents.json().readTree(text());
    }

    protected String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    protected String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
