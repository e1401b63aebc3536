package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * A remote of DVC that lies in an object store.
 *
 * @param root where its objects are
 * @param versionAware whether they lie under the names of the files, told apart by the store's versions
 */
record DvcRemote(String name, S3Uri root, boolean versionAware) {

    /**
     * The remote as the project configures it.
     *
     * @param endpoint of the store that the caller may ask: another one is refused
     * @throws MlopsException of kind USAGE when there is no such remote, REFUSED when it lies elsewhere
     */
    static DvcRemote of(DvcConfig config, String name, String origin, URI endpoint) {
        String url = resolved(config, name, origin, endpoint);
        if (!S3Uri.isS3(url)) {
            throw MlopsException.refused(
                    "The remote '" + name + "' of " + origin + " is " + RemoteUrl.withoutSecrets(url)
                            + ": only remotes in S3 (s3://bucket/prefix) are read, by the endpoint " + endpoint);
        }
        if (config.ofRemote(name, "worktree").filter("true"::equalsIgnoreCase).isPresent()) {
            throw MlopsException.usage(
                    "The remote '" + name + "' of " + origin
                            + " is a worktree remote, whose files change in place: only remotes that keep every version are read");
        }
        S3Uri root = S3Uri.parse(url.replaceFirst("/+$", ""));
        return new DvcRemote(
                name,
                root,
                config.ofRemote(name, "version_aware")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent());
    }

    /** Follows {@code remote://other/path}; none on the way may name another endpoint. */
    private static String resolved(DvcConfig config, String name, String origin, URI endpoint) {
        String url = url(config, name, origin);
        requireEndpoint(config, name, origin, endpoint);
        Set<String> seen = new HashSet<>(Set.of(name));
        while (url.startsWith("remote://")) {
            String rest = url.substring("remote://".length());
            int slash = rest.indexOf('/');
            String next = slash < 0 ? rest : rest.substring(0, slash);
            if (!seen.add(next)) {
                throw MlopsException.usage("The remote '" + name + "' of " + origin + " refers to itself");
            }
            requireEndpoint(config, next, origin, endpoint);
            url = url(config, next, origin).replaceFirst("/+$", "") + (slash < 0 ? "" : rest.substring(slash));
        }
        return url;
    }

    private static String url(DvcConfig config, String name, String origin) {
        return config.ofRemote(name, "url")
                .orElseThrow(() -> MlopsException.usage("There is no remote '" + name + "' in " + origin
                        + (config.remotes().isEmpty()
                                ? ", nor any other: was .dvc/config committed?"
                                : "; it has " + String.join(", ", config.remotes()))));
    }

    private static void requireEndpoint(DvcConfig config, String name, String origin, URI endpoint) {
        requireEndpoint(
                config.ofRemote(name, "endpointurl").orElse(null), "The remote '" + name + "' of " + origin, endpoint);
    }

    /**
     * What a repository says of an endpoint must be what the caller is connected to, since credentials go there.
     *
     * @param named null when nothing is said
     */
    static void requireEndpoint(String named, String what, URI endpoint) {
        if (named != null && !normal(named).equals(normal(endpoint.toString()))) {
            throw MlopsException.refused(what + " names the endpoint " + RemoteUrl.withoutSecrets(named) + ", not "
                    + endpoint + ": a repository does not decide where credentials are sent; choose the store that has"
                    + " that endpoint, or mend the configuration of DVC");
        }
    }

    private static String normal(String address) {
        URI uri;
        try {
            uri = URI.create(address.strip());
        } catch (IllegalArgumentException e) {
            return address;
        }
        if (uri.getHost() == null || uri.getScheme() == null || uri.getUserInfo() != null) {
            return address;
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        String path = Objects.requireNonNullElse(uri.getRawPath(), "").replaceFirst("/+$", "");
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port + path;
    }

    /** Where the object with this MD5 is; directories' ends in {@code .dir}. */
    S3Uri object(String oid, DvcHash hash) {
        String key = oid.substring(0, 2) + "/" + oid.substring(2);
        return root.resolve(hash == DvcHash.MD5 ? "files/md5/" + key : key);
    }
}
