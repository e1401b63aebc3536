package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import java.util.List;

/** What the entries of a manifest make together. */
record TreeSummary(Digest content, long files, long bytes) {

    /**
     * @param sorted in the order of tree digests
     * @throws MlopsException of kind USAGE when paths break the rules, stand twice or clash
     */
    static TreeSummary of(List<Manifest.Entry> sorted) {
        TreeDigest tree = new TreeDigest();
        PathClashes clashes = new PathClashes();
        long bytes = 0;
        for (Manifest.Entry entry : sorted) {
            tree.add(entry.path(), entry.size(), entry.sha256());
            clashes.add(entry.path());
            try {
                bytes = Math.addExact(bytes, entry.size());
            } catch (ArithmeticException e) {
                throw MlopsException.usage("the files' sizes exceed what can be counted", e);
            }
        }
        return new TreeSummary(tree.finish(), tree.files(), bytes);
    }
}
