package io.jenkins.plugins.mlops.cli.image;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.image.DockerLogins;
import io.jenkins.plugins.mlops.core.image.RegistryCredentials;
import io.jenkins.plugins.mlops.core.image.RegistrySettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/**
 * How registries are reached. An option wins over the environment; credentials come from the environment or from what
 * {@code docker login} keeps, and go to the registry that they were given for.
 */
public final class ImageRegistryOptions {

    private static final String HOST = "MLOPS_REGISTRY_HOST";
    private static final String USERNAME = "MLOPS_REGISTRY_USERNAME";
    private static final String PASSWORD = "MLOPS_REGISTRY_PASSWORD";

    @Option(
            names = "--mirror",
            paramLabel = "REGISTRY=HOST[/PREFIX]",
            description = "A mirror to ask before a registry, may be given again; else MLOPS_REGISTRY_MIRRORS"
                    + " (commas between them).")
    private List<String> mirrors = new ArrayList<>();

    @Option(
            names = "--registry-ca",
            paramLabel = "FILE",
            description = "PEM file of further certificate authorities; else MLOPS_REGISTRY_CA.")
    private Path certificates;

    @Option(
            names = "--plain-http",
            paramLabel = "HOST[:PORT]",
            description =
                    "A registry without TLS, may be given again; else MLOPS_REGISTRY_PLAIN_HTTP. Registries of this"
                            + " machine (localhost) need not be named.")
    private List<String> plainHttp = new ArrayList<>();

    public RegistrySettings settings(Host host) {
        Path authorities = certificates != null
                ? certificates
                : Optional.ofNullable(host.variable("MLOPS_REGISTRY_CA"))
                        .map(Path::of)
                        .orElse(null);
        return new RegistrySettings(
                own(host).or(DockerLogins.of(host.environment())),
                RegistrySettings.mirrors(mirrors.isEmpty() ? variable(host, "MLOPS_REGISTRY_MIRRORS") : mirrors),
                plainHttp.isEmpty() ? Set.copyOf(variable(host, "MLOPS_REGISTRY_PLAIN_HTTP")) : Set.copyOf(plainHttp),
                authorities == null ? null : host.resolve(authorities),
                Set.copyOf(variable(host, "MLOPS_REGISTRY_TOKEN_HOSTS")));
    }

    private static List<String> variable(Host host, String name) {
        String value = host.variable(name);
        return value == null
                ? List.of()
                : Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .distinct()
                        .toList();
    }

    private static RegistryCredentials own(Host host) {
        String registry = host.variable(HOST);
        String username = host.variable(USERNAME);
        String password = host.variable(PASSWORD);
        long given = Stream.of(HOST, USERNAME, PASSWORD)
                .filter(name -> host.variable(name) != null)
                .count();
        if (given == 0) {
            return RegistryCredentials.NONE;
        }
        if (given < 3) {
            throw MlopsException.usage(Stream.of(HOST, USERNAME, PASSWORD)
                    .filter(name -> host.variable(name) == null)
                    .collect(Collectors.joining(" and ", "For a login at a registry ", " must be set too")));
        }
        RegistryCredentials.Login login = new RegistryCredentials.Login(username, password, null);
        return asked -> asked.equals(registry) ? Optional.of(login) : Optional.empty();
    }
}
