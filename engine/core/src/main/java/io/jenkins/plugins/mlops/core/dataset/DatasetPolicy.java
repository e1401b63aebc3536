package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.Collection;
import java.util.Set;

/** Decides which data may be used, when its files are known and before they are. Thread-safe. */
public interface DatasetPolicy {

    /** Everything may be used. */
    DatasetPolicy ANYTHING = new DatasetPolicy() {
        @Override
        public void check(Manifest manifest, Collection<Manifest.Entry> wanted) {}

        @Override
        public void checkFile(String path, Digest sha256) {}

        @Override
        public Set<Digest> forbidden(Manifest manifest) {
            return Set.of();
        }
    };

    /**
     * Refuses to pull these files of a dataset.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED
     */
    void check(Manifest manifest, Collection<Manifest.Entry> wanted);

    /**
     * Refuses to publish a file.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED
     */
    void checkFile(String path, Digest sha256);

    /** The files of a dataset that no cache may keep. */
    Set<Digest> forbidden(Manifest manifest);
}
