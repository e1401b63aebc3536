package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.progress.ProgressListener;

/** Counts files and bytes of one phase and tells them. Thread-safe. */
public final class ProgressCount {

    private final ProgressListener listener;
    private final String phase;
    private final long totalFiles;
    private final long totalBytes;
    private long files;
    private long bytes;

    public ProgressCount(ProgressListener listener, String phase, long totalFiles, long totalBytes) {
        this.listener = listener;
        this.phase = phase;
        this.totalFiles = totalFiles;
        this.totalBytes = totalBytes;
        add(0, 0);
    }

    public synchronized void add(long moreFiles, long moreBytes) {
        files += moreFiles;
        bytes += moreBytes;
        listener.update(new ProgressListener.Progress(phase, files, totalFiles, bytes, totalBytes));
    }

    public synchronized long files() {
        return files;
    }

    public synchronized long bytes() {
        return bytes;
    }
}
