package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.file.ProgramFinder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Asks a program {@code docker-credential-NAME} for a login, by the protocol of github.com/docker/docker-credential-helpers. Its
 * messages are not repeated, since nobody knows what they hold.
 *
 * @param environment of the programs
 */
record CredentialHelper(Map<String, String> environment) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final long SECONDS = 30;
    private static final String TOKEN_USER = "<token>";

    /** @return empty when the helper has none for that registry */
    Optional<RegistryCredentials.Login> login(String name, String server) {
        if (!NAME.matcher(name).matches()) {
            throw MlopsException.usage("'" + name + "' in Docker's config.json is no name of a credential helper");
        }
        String program = "docker-credential-" + name;
        Path found = new ProgramFinder(Path.of("").toAbsolutePath(), environment.get("PATH"))
                .find(program)
                .orElseThrow(() -> MlopsException.failed("The credential helper " + program
                        + ", which Docker's config.json names, is not on the PATH: install it, or log in without it"));
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(found.toString(), "get").redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            builder.environment().putAll(environment);
            return ask(program, builder.start(), server);
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The credential helper " + found + " cannot be run (" + e.getMessage()
                            + "): install it anew, or log in without it",
                    e);
        }
    }

    private static Optional<RegistryCredentials.Login> ask(String program, Process process, String server)
            throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(server.getBytes(StandardCharsets.UTF_8));
        }
        CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return process.getInputStream().readAllBytes();
            } catch (IOException e) {
                return new byte[0];
            }
        });
        try {
            byte[] bytes = answer.get(SECONDS, TimeUnit.SECONDS);
            return process.waitFor() == 0 ? Optional.of(login(program, bytes)) : Optional.empty();
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Asking the credential helper " + program);
        } catch (TimeoutException e) {
            throw MlopsException.failed(
                    "The credential helper " + program + " did not answer within " + SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(program, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static RegistryCredentials.Login login(String program, byte[] answer) {
        try {
            JsonNode login = Documents.json().readTree(answer);
            String user = login.path("Username").asText("");
            String secret = login.path("Secret").asText("");
            return user.equals(TOKEN_USER)
                    ? new RegistryCredentials.Login("", "", secret)
                    : new RegistryCredentials.Login(user, secret, null);
        } catch (JsonProcessingException e) {
            throw MlopsException.failed("What the credential helper " + program + " answered is no JSON");
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot break off", e);
        }
    }
}
