package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.ContentSink;
import java.security.MessageDigest;

/** Hashes and forgets. */
final class DigestSink implements ContentSink {
    private final ProgressCount progress;
    private final ContentCheck check;
    private MessageDigest sha256 = Digest.newSha256();
    private long position;

    DigestSink(ProgressCount progress) {
        this(progress, null);
    }

    /** @param check sees all bytes; null for none */
    DigestSink(ProgressCount progress, ContentCheck check) {
        this.progress = progress;
        this.check = check;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void write(byte[] buffer, int length) {
        sha256.update(buffer, 0, length);
        if (check != null) {
            check.update(buffer, 0, length);
        }
        position += length;
        progress.add(0, length);
    }

    @Override
    public void restart() {
        progress.add(0, -position);
        sha256 = Digest.newSha256();
        if (check != null) {
            check.reset();
        }
        position = 0;
    }

    Digest digest() {
        return Digest.finish(sha256);
    }
}
