package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a registry has under a tag or digest: the manifest of one image, or an index of images for platforms.
 *
 * @param digest of its bytes
 * @param children of an index, in its order; empty for a single image
 * @param config digest of a single image's configuration, null when it has none of the usual kind
 */
record ImageManifest(Digest digest, String mediaType, List<Child> children, Digest config) {

    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

    private static final List<String> INDEXES = List.of(OCI_INDEX, DOCKER_LIST);
    private static final List<String> MANIFESTS = List.of(OCI_MANIFEST, DOCKER_MANIFEST);
    /** What builders put beside images: attestations, which run nowhere. */
    private static final String NOWHERE = "unknown";

    /** An image of an index. */
    record Child(Digest digest, Platform platform) {}

    ImageManifest {
        children = List.copyOf(children);
    }

    boolean isIndex() {
        return INDEXES.contains(mediaType);
    }

    /**
     * Reads what a registry answered.
     *
     * @param what names it in a failure
     * @throws MlopsException of kind FAILED when it is no manifest of a known kind
     */
    static ImageManifest parse(RegistryClient.Content content, String what) {
        JsonNode document;
        try {
            document = Documents.json().readTree(content.bytes());
        } catch (IOException e) {
            throw broken(what, "is no JSON");
        }
        if (document == null || !document.isObject()) {
            throw broken(what, "is no JSON object");
        }
        String sent = content.type().split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        String written = document.path("mediaType").asText("");
        boolean known = INDEXES.contains(sent) || MANIFESTS.contains(sent);
        String type = known ? sent : written;
        if (known && !written.isEmpty() && !written.equals(sent)) {
            throw broken(what, "is sent as " + sent + " and says that it is " + written);
        }
        if (INDEXES.contains(type)) {
            return new ImageManifest(content.digest(), type, children(document, what), null);
        }
        if (!MANIFESTS.contains(type)) {
            throw broken(
                    what,
                    "is of the kind '" + (written.isEmpty() ? sent : written)
                            + "', and neither an image nor an index of OCI or Docker (schema 2)");
        }
        return new ImageManifest(content.digest(), type, List.of(), digest(document.path("config"), what));
    }

    private static List<Child> children(JsonNode index, String what) {
        List<Child> children = new ArrayList<>();
        for (JsonNode entry : index.path("manifests")) {
            JsonNode platform = entry.path("platform");
            String os = platform.path("os").asText("");
            String architecture = platform.path("architecture").asText("");
            if (!os.isEmpty() && !architecture.isEmpty() && !os.equals(NOWHERE)) {
                children.add(new Child(
                        digest(entry, what),
                        new Platform(os, architecture, platform.path("variant").asText(""))));
            }
        }
        return children;
    }

    private static Digest digest(JsonNode descriptor, String what) {
        String digest = descriptor.path("digest").asText("");
        if (!Digest.isDigest(digest)) {
            throw broken(what, "refers to something by '" + digest + "', which is no SHA-256 digest");
        }
        return Digest.parse(digest);
    }

    /**
     * The image of an index for a platform.
     *
     * @return empty when there is none
     * @throws MlopsException of kind USAGE when several variants are there and none was asked for
     */
    Optional<Child> child(Platform asked, String what) {
        List<Child> fitting = children.stream()
                .filter(child -> child.platform().satisfies(asked))
                .toList();
        Optional<Child> exact =
                fitting.stream().filter(child -> child.platform().equals(asked)).findFirst();
        if (exact.isEmpty() && fitting.size() > 1) {
            throw MlopsException.usage(what + " has several images for " + asked + ": ask for one of "
                    + fitting.stream().map(Child::platform).toList());
        }
        return exact.or(() -> fitting.stream().findFirst());
    }

    private static MlopsException broken(String what, String why) {
        return MlopsException.failed("What the registry has as " + what + " " + why);
    }
}
