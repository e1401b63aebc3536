package io.jenkins.plugins.mlops.core.dvc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A repository that a real DVC works in. */
public final class TestDvc {

    final Path directory;
    private final Path project;
    private final String dvc;
    private final Map<String, String> environment;

    /** @param project directory of the project of DVC, seen from the repository's root; empty for the root */
    public TestDvc(Path directory, String project, String dvc, Map<String, String> environment) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.project = Files.createDirectories(directory.resolve(project));
        this.dvc = dvc;
        this.environment = environment;
        git("init", "-q", "-b", "main");
        git("config", "user.name", "Test");
        git("config", "user.email", "test@example.org");
        if (project.isEmpty()) {
            dvc("init", "-q");
        } else {
            dvc("init", "-q", "--subdir");
        }
    }

    String git(String... arguments) throws IOException {
        return run(directory, "git", arguments);
    }

    public String dvc(String... arguments) throws IOException {
        return run(project, dvc, arguments);
    }

    /** Another version of DVC works in the same repository. */
    String dvcOf(String otherDvc, String... arguments) throws IOException {
        return run(project, otherDvc, arguments);
    }

    /** A remote in the store, the default one. */
    public void remote(String name, String url, String endpoint) throws IOException {
        dvc("remote", "add", "-q", "-d", "-f", name, url);
        dvc("remote", "modify", "-q", name, "endpointurl", endpoint);
    }

    void write(String path, byte[] bytes) throws IOException {
        Path file = project.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.deleteIfExists(file);
        Files.write(file, bytes);
    }

    public void write(String path, String text) throws IOException {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the commit. */
    String commit() throws IOException {
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", "test");
        return git("rev-parse", "HEAD").strip();
    }

    private String run(Path where, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("DVC_NO_ANALYTICS", "true");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as(command + ": " + output).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return output;
    }
}
