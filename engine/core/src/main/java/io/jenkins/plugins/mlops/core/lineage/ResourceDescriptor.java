package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An artifact or resource as in-toto describes it ("ResourceDescriptor" of the in-toto attestation framework, v1). Every
 * field may be null, but {@code uri} or {@code digest} must be given. Fields that this product does not write are not read.
 *
 * @param digest algorithm to lower-case hex; empty for none
 * @param annotations free values; {@link #ROLE} says what a dependency is
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ResourceDescriptor(
        String name,
        String uri,
        Map<String, String> digest,
        String downloadLocation,
        String mediaType,
        Map<String, Object> annotations) {

    /** Key of {@code digest}: the SHA-256 of a file. */
    public static final String SHA256 = "sha256";
    /** Key of {@code digest}: the content id of a tree of files, {@code docs/dataset-identity.md}. */
    public static final String TREE = "mlopsTree";
    /** Key of {@code digest}: a Git commit, 40 or 64 hex digits. */
    public static final String GIT_COMMIT = "gitCommit";
    /** Annotation of a resolved dependency: source, training, evaluation, image, environment or parent. */
    public static final String ROLE = "role";

    public ResourceDescriptor {
        digest = digest == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(digest));
        annotations = annotations == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(annotations));
    }

    /** A file by its SHA-256. */
    public static ResourceDescriptor file(String name, Digest sha256) {
        return new ResourceDescriptor(name, null, Map.of(SHA256, sha256.hex()), null, null, null);
    }

    /** A tree of files by its content id. */
    public static ResourceDescriptor tree(String name, Digest content) {
        return new ResourceDescriptor(name, null, Map.of(TREE, content.hex()), null, null, null);
    }

    public ResourceDescriptor withUri(String newUri) {
        return new ResourceDescriptor(name, newUri, digest, downloadLocation, mediaType, annotations);
    }

    /** With one more annotation; a null value adds none. */
    public ResourceDescriptor with(String annotation, Object value) {
        if (value == null) {
            return this;
        }
        Map<String, Object> more = new TreeMap<>(annotations);
        more.put(annotation, value);
        return new ResourceDescriptor(name, uri, digest, downloadLocation, mediaType, more);
    }

    /** The digest under {@link #SHA256} or {@link #TREE}; empty when there is none or it is not 64 hex digits. */
    public Optional<Digest> digest(String algorithm) {
        String hex = digest.get(algorithm);
        return hex == null || !Digest.isDigest("sha256:" + hex) ? Optional.empty() : Optional.of(new Digest(hex));
    }

    /** The annotation as text; empty when it is absent or no text. */
    public Optional<String> annotation(String key) {
        return annotations.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** Whether it is a dependency in the given role. */
    public boolean hasRole(String role) {
        return annotation(ROLE).filter(role::equals).isPresent();
    }

    /** @throws MlopsException of kind USAGE when neither uri nor digest is given, as in-toto demands */
    void check(String what) {
        if (uri == null && digest.isEmpty()) {
            throw MlopsException.usage(what + " has neither uri nor digest");
        }
    }
}
