package io.jenkins.plugins.mlops.core.image;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How registries are reached.
 *
 * @param credentials for which registries there are some
 * @param mirrors places to ask before a registry, by its host: {@code host[:port][/prefix of repositories]}, in that order
 * @param plainHttp hosts with their ports that may be spoken to without TLS; the loopback interface always may
 * @param certificates a PEM file of authorities that are trusted besides those of the Java platform; null for none
 * @param tokenHosts hosts outside of a registry's own domain that it may send us to with its credentials for a token
 */
public record RegistrySettings(
        RegistryCredentials credentials,
        Map<String, List<String>> mirrors,
        Set<String> plainHttp,
        Path certificates,
        Set<String> tokenHosts) {

    public RegistrySettings {
        mirrors = Map.copyOf(mirrors);
        plainHttp = Set.copyOf(plainHttp);
        tokenHosts = Set.copyOf(tokenHosts);
    }

    /** Without credentials, mirrors and exceptions. */
    public static RegistrySettings anonymous() {
        return new RegistrySettings(RegistryCredentials.NONE, Map.of(), Set.of(), null, Set.of());
    }

    /** Places to ask for an image, in order, the registry itself last. */
    List<Place> places(ImageReference image) {
        List<Place> places = new ArrayList<>();
        for (String mirror : mirrors.getOrDefault(image.registry(), List.of())) {
            int slash = mirror.indexOf('/');
            String host = slash < 0 ? mirror : mirror.substring(0, slash);
            String prefix = slash < 0 ? "" : mirror.substring(slash + 1) + "/";
            places.add(new Place(host, host, prefix + image.repository(), true));
        }
        String host = image.registry();
        places.add(new Place(
                host,
                host.equals(ImageReference.DOCKER_HUB) ? "registry-1.docker.io" : host,
                image.repository(),
                false));
        return places;
    }

    boolean mayBePlain(String host) {
        return plainHttp.contains(host) || isLoopback(host);
    }

    static boolean isLoopback(String hostAndPort) {
        String host = hostAndPort.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.matches("127(\\.[0-9]{1,3}){3}")
                || host.equals("[::1]");
    }

    /**
     * Where an image may be.
     *
     * @param name what credentials are kept under
     * @param host what is connected to
     */
    record Place(String name, String host, String repository, boolean mirror) {}

    /**
     * Reads mirrors as they are given on a command line: {@code REGISTRY=MIRROR}.
     *
     * @throws MlopsException of kind USAGE when one has another form
     */
    public static Map<String, List<String>> mirrors(List<String> given) {
        Map<String, List<String>> mirrors = new LinkedHashMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            String place = equals < 0 ? "" : pair.substring(equals + 1);
            if (equals < 1 || !ImageReference.isHost(pair.substring(0, equals)) || !isPlace(place)) {
                throw MlopsException.usage(
                        "'" + pair
                                + "' names no mirror: REGISTRY=HOST[:PORT][/PREFIX] is wanted, such as docker.io=mirror.example/hub");
            }
            mirrors.computeIfAbsent(pair.substring(0, equals), host -> new ArrayList<>())
                    .add(place);
        }
        return mirrors;
    }

    private static boolean isPlace(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? ImageReference.isHost(text)
                : ImageReference.isHost(text.substring(0, slash))
                        && ImageReference.isRepository(text.substring(slash + 1));
    }
}
