package io.jenkins.plugins.mlops.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the registry of github.com/distribution/distribution: one with TLS and a login, one without both. */
class ResolveImageCommandIT {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private final String repository = "team/" + UUID.randomUUID();
    private String registry;
    private String plain;

    @BeforeEach
    void registries() {
        registry = System.getenv("MLOPS_TEST_REGISTRY");
        plain = System.getenv("MLOPS_TEST_PLAIN_REGISTRY");
        assumeTrue(registry != null && plain != null, "MLOPS_TEST_REGISTRY is not set");
        environment.put("HOME", directory.toString());
        environment.put("MLOPS_REGISTRY_CA", System.getenv("MLOPS_TEST_REGISTRY_CA"));
    }

    private static String user() {
        return System.getenv("MLOPS_TEST_REGISTRY_USER");
    }

    private static String password() {
        return System.getenv("MLOPS_TEST_REGISTRY_PASSWORD");
    }

    private PushedImages images(String host) throws Exception {
        return host.equals(registry)
                ? new PushedImages(
                        "https://" + host,
                        user(),
                        password(),
                        Path.of(System.getenv("MLOPS_TEST_REGISTRY_CA")),
                        repository)
                : new PushedImages("http://" + host, null, null, null, repository);
    }

    private int mlops(String... arguments) {
        out.reset();
        err.reset();
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int exitCode = MlopsCommand.commandLine(host).execute(arguments);
        assertThat(out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8))
                .doesNotContain(password());
        return exitCode;
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    private void logIn(String user, String secret) throws IOException {
        String pair = Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
        Path config = directory.resolve(".docker/config.json");
        Files.createDirectories(config.getParent());
        Files.writeString(
                config, "{\"auths\":{\"" + registry + "\":{\"auth\":\"" + pair + "\"}},\"currentContext\":\"x\"}");
    }

    @Test
    void aTagASingleImageAndAnIndexOfOciAndOfDocker() throws Exception {
        PushedImages images = images(plain);
        for (PushedImages.Form form : PushedImages.Form.values()) {
            Digest amd = images.image(form, "single", "amd64");
            Digest arm = images.image(form, null, "arm64");
            Digest index = images.index(form, "multi", Map.of("amd64", amd, "arm64", arm));
            String name = plain + "/" + repository;
            assertThat(mlops("image", "resolve", name + ":single"))
                    .as(this::said)
                    .isZero();
            assertThat(said()).isEqualTo(name + "@" + amd + "\n");
            assertThat(mlops("image", "resolve", name + ":multi", "--json")).isZero();
            JsonNode found = Documents.readJson(out.toString(StandardCharsets.UTF_8), "output", JsonNode.class);
            assertThat(found.path("digest").asText()).isEqualTo(index.toString());
            assertThat(found.path("platforms")).hasSize(2);
            assertThat(mlops("image", "resolve", name + ":multi", "--platform", "linux/arm64"))
                    .isZero();
            assertThat(said()).isEqualTo(name + "@" + arm + "\n");
            assertThat(mlops("image", "resolve", name + "@" + amd)).isZero();
            assertThat(mlops("image", "resolve", name + ":single", "--platform", "windows/amd64"))
                    .isEqualTo(1);
        }
    }

    @Test
    void anImageThatIsNotThere() throws Exception {
        images(plain).image(PushedImages.Form.OCI, "1", "amd64");
        assertThat(mlops("image", "resolve", plain + "/" + repository + ":2")).isEqualTo(1);
        assertThat(said()).contains("has no image 2 in " + repository);
        assertThat(mlops("image", "resolve", plain + "/" + repository + "@" + Digest.of("gone")))
                .isEqualTo(1);
    }

    @Test
    void aRegistryWithTlsAndALogin() throws Exception {
        Digest digest = images(registry).image(PushedImages.Form.OCI, "1", "amd64");
        String image = registry + "/" + repository + ":1";
        assertThat(mlops("image", "resolve", image)).as(this::said).isEqualTo(4);
        logIn(user(), "wrong");
        assertThat(mlops("image", "resolve", image)).isEqualTo(4);
        logIn(user(), password());
        assertThat(mlops("image", "resolve", image)).as(this::said).isZero();
        assertThat(said()).contains(digest.toString());
        Files.delete(directory.resolve(".docker/config.json"));
        environment.put("MLOPS_REGISTRY_HOST", "registry.example");
        environment.put("MLOPS_REGISTRY_USERNAME", user());
        environment.put("MLOPS_REGISTRY_PASSWORD", password());
        assertThat(mlops("image", "resolve", image)).isEqualTo(4);
        environment.put("MLOPS_REGISTRY_HOST", registry);
        assertThat(mlops("image", "resolve", image)).as(this::said).isZero();
        environment.remove("MLOPS_REGISTRY_CA");
        assertThat(mlops("image", "resolve", image)).isEqualTo(5);
        assertThat(said()).contains("cannot be trusted");
    }

    @Test
    void aCredentialHelperIsAsked() throws Exception {
        Digest digest = images(registry).image(PushedImages.Form.OCI, "1", "amd64");
        Path helper = directory.resolve("docker-credential-mlops-test");
        Files.writeString(
                helper,
                "#!/bin/sh\nread -r server\n[ \"$1 $server\" = \"get " + registry + "\" ] || exit 1\n"
                        + "printf '{\"ServerURL\":\"%s\",\"Username\":\"" + user() + "\",\"Secret\":\"" + password()
                        + "\"}' \"$server\"\n");
        assertThat(helper.toFile().setExecutable(true)).isTrue();
        Files.createDirectories(directory.resolve(".docker"));
        Files.writeString(directory.resolve(".docker/config.json"), "{\"credsStore\":\"mlops-test\"}");
        environment.put("PATH", directory + ":" + System.getenv("PATH"));
        assertThat(mlops("image", "resolve", registry + "/" + repository + ":1"))
                .as(this::said)
                .isZero();
        assertThat(said()).contains(digest.toString());
    }

    @Test
    void aMirrorAnswersInTheRegistrysPlace() throws Exception {
        Digest digest = images(plain).image(PushedImages.Form.OCI, "1", "amd64");
        environment.put("MLOPS_REGISTRY_MIRRORS", "registry.invalid=" + plain);
        assertThat(mlops("image", "resolve", "registry.invalid/" + repository + ":1"))
                .as(this::said)
                .isZero();
        assertThat(said()).isEqualTo("registry.invalid/" + repository + "@" + digest + "\n");
    }
}
