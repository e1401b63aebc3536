package io.jenkins.plugins.mlops.core.lineage;

import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Locale;
import java.util.Optional;

/**
 * A model or dataset on the way from where something was to what came of it.
 *
 * @param id the content id ({@code sha256:...}), or of a dataset the source id while no content id is known
 * @param name what records call a dataset, {@code NAME/VERSION} of a model; null for none
 */
public record LineageStep(Kind kind, String id, String name) {

    /** What it is. */
    public enum Kind {
        DATASET,
        MODEL;

        @JsonValue
        String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The content id; empty for a dataset of which none is known. */
    public Optional<Digest> content() {
        return Digest.isDigest(id) ? Optional.of(Digest.parse(id)) : Optional.empty();
    }

    /** For people: the name, else the beginning of the id. */
    public String label() {
        String shortened =
                content().map(digest -> digest.hex().substring(0, 12)).orElse(id);
        if (name == null) {
            return shortened;
        }
        return kind == Kind.DATASET ? name + "@" + shortened : name;
    }
}
