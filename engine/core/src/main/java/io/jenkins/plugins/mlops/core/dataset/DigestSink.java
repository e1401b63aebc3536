package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.ContentSink;
import java.security.MessageDigest;

/** Hashes and forgets. */
final class DigestSink implements ContentSink {
    private final ProgressCount progress;
    private MessageDigest sha256 = Digest.newSha256();
    private long position;

    DigestSink(ProgressCount progress) {
        this.progress = progress;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void write(byte[] buffer, int length) {
        sha256.update(buffer, 0, length);
        position += length;
        progress.add(0, length);
    }

    @Override
    public void restart() {
        progress.add(0, -position);
        sha256 = Digest.newSha256();
        position = 0;
    }

    Digest digest() {
        return Digest.finish(sha256);
    }
}
