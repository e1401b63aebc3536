package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.TestServers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A repository that a real DVC works in, for the branch that a build checks out. */
public final class DvcRepositoryOnDisk {

    private final Path directory;
    private final String dvc;
    private final TestServers.S3 s3;

    /**
     * @param version of DVC, 2 or 3
     * @param endpoint that {@code .dvc/config} names
     */
    public DvcRepositoryOnDisk(Path directory, int version, TestServers.S3 s3, String remote, String endpoint)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        this.dvc = System.getenv("MLOPS_TEST_DVC" + version);
        this.s3 = s3;
        assumeTrue(dvc != null, "no DVC " + version + ": testing/servers start dvc-" + version);
        run("git init -q -b main && git config user.name Test && git config user.email test@example.org && $DVC init -q"
                + " && $DVC remote add -q -d store " + remote + " && $DVC remote modify -q store endpointurl "
                + endpoint);
    }

    public Path directory() {
        return directory;
    }

    /** Runs a shell script in the repository, where {@code $DVC} is DVC. */
    public String run(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-euc", script)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().put("DVC", dvc);
        builder.environment().put("DVC_NO_ANALYTICS", "true");
        builder.environment().put("AWS_ACCESS_KEY_ID", s3.accessKey());
        builder.environment().put("AWS_SECRET_ACCESS_KEY", s3.secretKey());
        builder.environment().put("AWS_DEFAULT_REGION", s3.region());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as(script + ": " + output).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return output.strip();
    }

    /** Commits all and returns the commit. */
    public String commit() throws IOException {
        run("git add -A && git commit -q --allow-empty -m test");
        return run("git rev-parse HEAD");
    }
}
