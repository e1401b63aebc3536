package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.image.RegistrySettings.Place;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Asks registries which digest an image has now. The digest is computed from the bytes that came, and must be the one that was asked
 * for, or that the registry claims. Mirrors are asked first, in their order; one that does not have the image or does not answer is
 * passed over. Thread-safe.
 *
 * <p>Fails with an {@link MlopsException}: UNREACHABLE when a registry is away or sets a limit, REFUSED when it does not let us in,
 * FAILED when what it sends is not what it should be.
 */
public final class ImageResolver implements AutoCloseable {

    private final RegistrySettings settings;
    private final RegistryClient client;

    public ImageResolver(RegistrySettings settings) {
        this(settings, RetryPolicy.DEFAULT);
    }

    ImageResolver(RegistrySettings settings, RetryPolicy retry) {
        this.settings = settings;
        this.client = new RegistryClient(settings, retry);
    }

    /**
     * The image's digest.
     *
     * @param platform null for what the reference itself names, be it an index
     * @throws MlopsException of kind FAILED when there is no such image, or none for the platform
     */
    public ResolvedImage resolve(ImageReference image, Platform platform) {
        return find(image, platform)
                .orElseThrow(() -> MlopsException.failed("The registry " + image.registry() + " has no image "
                        + image.version() + " in " + image.repository() + ": check the name"));
    }

    /**
     * As {@link #resolve}.
     *
     * @return empty when the registry says that there is no such image
     */
    public Optional<ResolvedImage> find(ImageReference image, Platform platform) {
        Optional<ResolvedImage> found = Optional.empty();
        for (Place place : settings.places(image)) {
            try {
                found = at(place, image, platform);
            } catch (MlopsException e) {
                if (!place.mirror() || e.kind() == Kind.INTERRUPTED || e.kind() == Kind.USAGE) {
                    throw e;
                }
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return found;
    }

    private Optional<ResolvedImage> at(Place place, ImageReference image, Platform platform) {
        Optional<ImageManifest> manifest = manifest(place, image.version(), image.digest(), image.toString());
        return manifest.map(top -> {
            List<Platform> platforms = top.children().stream()
                    .map(ImageManifest.Child::platform)
                    .distinct()
                    .toList();
            ImageManifest chosen = platform == null ? top : forPlatform(place, top, image, platform);
            return new ResolvedImage(
                    image.toString(),
                    image.name(),
                    chosen.digest(),
                    chosen.mediaType(),
                    platform,
                    platforms,
                    place.host());
        });
    }

    private ImageManifest forPlatform(Place place, ImageManifest top, ImageReference image, Platform platform) {
        if (!top.isIndex()) {
            Platform actual = platform(place, top, image);
            if (!actual.satisfies(platform)) {
                throw MlopsException.failed("The image " + image + " is for " + actual + " and not for " + platform);
            }
            return top;
        }
        Digest child = top.child(platform, image.toString())
                .map(ImageManifest.Child::digest)
                .orElseThrow(() ->
                        MlopsException.failed("The image " + image + " is not there for " + platform + ", but for "
                                + top.children().stream()
                                        .map(ImageManifest.Child::platform)
                                        .distinct()
                                        .toList()));
        return manifest(place, child.toString(), child, image + " for " + platform)
                .orElseThrow(() -> MlopsException.failed("The registry " + place.host() + " has an index for " + image
                        + ", but not the image " + child + " in it"));
    }

    private Optional<ImageManifest> manifest(Place place, String version, Digest expected, String what) {
        return client.manifest(place, version).map(content -> {
            verify(place, content, expected, what);
            return ImageManifest.parse(content, what);
        });
    }

    private static void verify(Place place, RegistryClient.Content content, Digest expected, String what) {
        Digest actual = content.digest();
        String claimed = content.claimed();
        boolean differs = expected != null && !expected.equals(actual)
                || claimed != null && Digest.isDigest(claimed) && !claimed.equals(actual.toString());
        if (differs) {
            throw MlopsException.failed(
                    "What the registry " + place.host() + " sent as " + what + " has the digest " + actual
                            + " and not " + (expected != null ? expected : claimed)
                            + ": it, or something on the way, changes what it sends");
        }
    }

    /** What a single image runs on, by its configuration. */
    private Platform platform(Place place, ImageManifest manifest, ImageReference image) {
        RegistryClient.Content config = client.blob(place, manifest.config())
                .orElseThrow(() -> MlopsException.failed(
                        "The registry " + place.host() + " lacks the configuration of the image " + image));
        verify(place, config, manifest.config(), "the configuration of " + image);
        try {
            JsonNode document = Documents.json().readTree(config.bytes());
            String os = document.path("os").asText("");
            String architecture = document.path("architecture").asText("");
            if (!os.isEmpty() && !architecture.isEmpty()) {
                return new Platform(os, architecture, document.path("variant").asText(""));
            }
        } catch (IOException e) {
            throw MlopsException.failed("The configuration of the image " + image + " is no JSON", e);
        }
        throw MlopsException.failed("The image " + image + " does not say which platform it is for");
    }

    @Override
    public void close() {
        client.close();
    }
}
