package io.jenkins.plugins.mlops.core.image;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which image is meant: {@code [registry[:port]/]repository[:tag][@sha256:hex]}, in the grammar of github.com/distribution/reference,
 * normalized as Docker and containerd do: without a registry it is docker.io, a repository of one part there is {@code library/}'s,
 * without tag and digest the tag is {@code latest}.
 *
 * @param registry host and perhaps port, as in a URL
 * @param repository lower-case path of one or more parts
 * @param tag null when only a digest is given
 * @param digest null when only a tag is given; where both are, the digest counts
 */
public record ImageReference(String registry, String repository, String tag, Digest digest) {

    /** The registry of references that name none. */
    public static final String DOCKER_HUB = "docker.io";

    private static final String OFFICIAL = "library/";
    private static final String LATEST = "latest";
    private static final int MAX_REPOSITORY = 255;

    private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern REGISTRY =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]{1,5})?");
    private static final String PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern REPOSITORY = Pattern.compile(PART + "(?:/" + PART + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern SPLIT = Pattern.compile("(?<name>[^@]*?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>.*))?");

    /**
     * Reads a reference.
     *
     * @throws MlopsException of kind USAGE that says which part is wrong
     */
    public static ImageReference parse(String text) {
        Matcher parts = SPLIT.matcher(text);
        if (!parts.matches() || parts.group("name").isEmpty()) {
            throw wrong(text, "a repository is missing");
        }
        String name = parts.group("name");
        String tag = parts.group("tag");
        String digest = parts.group("digest");
        if (IDENTIFIER.matcher(name).matches()) {
            throw wrong(text, "it is the id of a local image, which no registry knows");
        }
        int slash = name.indexOf('/');
        boolean named = slash > 0 && isRegistry(name.substring(0, slash));
        String registry = named ? name.substring(0, slash) : DOCKER_HUB;
        String repository = named ? name.substring(slash + 1) : name;
        if (!isHost(registry)) {
            throw wrong(text, "'" + registry + "' is no host of a registry");
        }
        if (registry.equals("index." + DOCKER_HUB)) {
            registry = DOCKER_HUB;
        }
        if (registry.equals(DOCKER_HUB) && repository.indexOf('/') < 0) {
            repository = OFFICIAL + repository;
        }
        if (!isRepository(repository)) {
            throw wrong(
                    text,
                    "'" + repository
                            + "' is no repository: lower-case letters and digits, with . _ __ or hyphens between"
                            + " them, in parts between slashes");
        }
        if (repository.length() > MAX_REPOSITORY) {
            throw wrong(text, "its repository has more than " + MAX_REPOSITORY + " characters");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw wrong(
                    text,
                    "'" + tag + "' is no tag: 1 to 128 letters, digits, _ . and hyphens, the first no . or hyphen");
        }
        if (digest != null && !Digest.isDigest(digest)) {
            throw wrong(text, "'" + digest + "' is no digest: sha256: and 64 lower-case hex digits are wanted");
        }
        return new ImageReference(
                registry,
                repository,
                tag == null && digest == null ? LATEST : tag,
                digest == null ? null : Digest.parse(digest));
    }

    /** Whether the text is a host, perhaps with a port. */
    public static boolean isHost(String text) {
        return REGISTRY.matcher(text).matches();
    }

    static boolean isRepository(String text) {
        return REPOSITORY.matcher(text).matches();
    }

    /** Docker's rule: what could not be a repository of Docker Hub is a host. */
    private static boolean isRegistry(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    private static MlopsException wrong(String text, String why) {
        return MlopsException.usage("'" + text + "' is no reference of an image: " + why);
    }

    /** Registry and repository, without tag and digest. */
    public String name() {
        return registry + "/" + repository;
    }

    /** The same repository's image of that digest. */
    public ImageReference at(Digest pinned) {
        return new ImageReference(registry, repository, tag, pinned);
    }

    /** What the registry's API calls the image within the repository: the digest, else the tag. */
    String version() {
        return digest == null ? tag : digest.toString();
    }

    /** The normalized reference; {@link #parse} makes the same of it. */
    @Override
    public String toString() {
        return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }
}
