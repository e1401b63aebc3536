package io.jenkins.plugins.mlops.core.audit;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.image.ImageResolver;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import java.util.Optional;

/** Checks whether an image is still in its registry, by its digest. */
public final class ImageAudit {

    private static final String SCHEME = "oci://";

    private final ImageResolver resolver;

    /** @param resolver stays open */
    public ImageAudit(ImageResolver resolver) {
        this.resolver = resolver;
    }

    Check check(ResourceDescriptor image) {
        Optional<Digest> digest = image.digest(ResourceDescriptor.SHA256);
        if (digest.isEmpty() || image.uri() == null || !image.uri().startsWith(SCHEME)) {
            return new Check(
                    "image",
                    String.valueOf(image.uri()),
                    Outcome.UNKNOWN,
                    "it is recorded without a digest or repository");
        }
        ImageReference reference;
        try {
            reference =
                    ImageReference.parse(image.uri().substring(SCHEME.length())).at(digest.get());
        } catch (MlopsException e) {
            return new Check("image", image.uri(), Outcome.UNKNOWN, e.getMessage());
        }
        boolean there = resolver.find(reference, null).isPresent();
        return new Check(
                "image",
                reference.toString(),
                there ? Outcome.OK : Outcome.FAILED,
                there ? "its registry has it" : "its registry does not have it any more");
    }
}
