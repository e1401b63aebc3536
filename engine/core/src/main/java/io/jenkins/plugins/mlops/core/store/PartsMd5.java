package io.jenkins.plugins.mlops.core.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What stores make the ETag of an object that was uploaded in parts of one size: the MD5 of the MD5s of its parts. Not thread-safe.
 */
final class PartsMd5 extends MessageDigest {

    private final long partSize;
    private final MessageDigest part;
    private final MessageDigest whole;
    private long inPart;

    /** @param partSize bytes of each part but the last, more than 0 */
    PartsMd5(long partSize) throws NoSuchAlgorithmException {
        super("MD5 of parts");
        this.partSize = partSize;
        this.part = MessageDigest.getInstance("MD5");
        this.whole = MessageDigest.getInstance("MD5");
    }

    @Override
    protected void engineUpdate(byte input) {
        engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        int from = offset;
        int end = offset + length;
        while (from < end) {
            int n = (int) Math.min(end - from, partSize - inPart);
            part.update(input, from, n);
            from += n;
            inPart += n;
            if (inPart == partSize) {
                endPart();
            }
        }
    }

    private void endPart() {
        whole.update(part.digest());
        inPart = 0;
    }

    @Override
    protected byte[] engineDigest() {
        if (inPart > 0) {
            endPart();
        }
        return whole.digest();
    }

    @Override
    protected void engineReset() {
        part.reset();
        whole.reset();
        inPart = 0;
    }
}
