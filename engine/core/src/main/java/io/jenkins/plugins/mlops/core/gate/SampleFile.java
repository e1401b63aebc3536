package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.sample.SampleResults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Collection;

/**
 * The per-sample results that a metrics document names, not read yet.
 *
 * @param name of the file, beside the metrics
 * @param recorded digest that the evaluation record binds, null when none does
 * @param neighbours where the file is
 */
public record SampleFile(String name, Digest recorded, NeighbourFiles neighbours) {

    /** @throws MlopsException of kind USAGE when the file is absent, broken, too large, or not the one that was recorded */
    SampleResults read(String origin, Collection<String> metrics) {
        String shown = "The per-sample results " + name + " of " + origin;
        try (InputStream in = neighbours.open(name)) {
            SampleResults samples = SampleResults.read(in, shown, metrics);
            if (recorded != null && !recorded.equals(samples.digest())) {
                throw MlopsException.usage(shown + " were changed after they were recorded");
            }
            return samples;
        } catch (NoSuchFileException e) {
            throw MlopsException.usage(shown + " do not exist", e);
        } catch (IOException e) {
            throw MlopsException.usage(shown + " cannot be read: " + e.getMessage(), e);
        }
    }
}
