package io.jenkins.plugins.mlops.core.progress;

/**
 * Hears how far long work has come. Implementations are thread-safe and return at once; they may drop calls.
 */
@FunctionalInterface
public interface ProgressListener {

    ProgressListener NONE = progress -> {};

    void update(Progress progress);

    /**
     * A state of the work.
     *
     * @param phase what is being done, a short gerund phrase ("downloading")
     * @param files done
     * @param totalFiles to do in all, -1 when unknown
     * @param bytes done
     * @param totalBytes to do in all, -1 when unknown
     */
    record Progress(String phase, long files, long totalFiles, long bytes, long totalBytes) {}
}
