package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.dvc.DvcHash;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Compares with the MD5 that DVC wrote down.
 *
 * <p>DVC 1 and 2 read files in blocks of 1 MiB, and made {@code \r\n} in a block to {@code \n} before hashing it when the block looked like
 * text: no NUL and at most 30 % of bytes beyond printable ASCII in its first 512 bytes. Newer versions of DVC 2 look at every block's
 * start, older ones at that of the file alone; what either computes is taken. (dvc-data, {@code hashfile/hash.py} and
 * {@code istextfile.py}.)
 */
final class Md5Check implements ContentCheck {

    private static final int BLOCK = 1 << 20;
    private static final int LOOKED_AT = 512;
    private static final double MOST_STRANGE = 0.30;

    private final String md5;
    private final DvcHash hash;
    private final MessageDigest bytes = newMd5();
    private final MessageDigest byBlock;
    private final MessageDigest byFile;
    private final byte[] block;
    private int filled;
    private Boolean text;

    Md5Check(String md5, DvcHash hash) {
        this.md5 = md5;
        this.hash = hash;
        boolean lines = hash == DvcHash.MD5_DOS2UNIX;
        this.byBlock = lines ? newMd5() : null;
        this.byFile = lines ? newMd5() : null;
        this.block = lines ? new byte[BLOCK] : null;
    }

    @Override
    public String expected() {
        return (hash == DvcHash.MD5 ? "md5:" : "md5-dos2unix:") + md5;
    }

    @Override
    public void update(byte[] buffer, int offset, int length) {
        if (block == null) {
            bytes.update(buffer, offset, length);
            return;
        }
        int at = offset;
        int left = length;
        while (left > 0) {
            int taken = Math.min(left, BLOCK - filled);
            System.arraycopy(buffer, at, block, filled, taken);
            filled += taken;
            at += taken;
            left -= taken;
            if (filled == BLOCK) {
                finishBlock();
            }
        }
    }

    private void finishBlock() {
        if (filled == 0) {
            return;
        }
        boolean looksLikeText = looksLikeText(block, Math.min(filled, LOOKED_AT));
        if (text == null) {
            text = looksLikeText;
        }
        byte[] unix = looksLikeText || text ? unixLines(block, filled) : null;
        hash(byBlock, looksLikeText ? unix : null);
        hash(byFile, text ? unix : null);
        filled = 0;
    }

    private void hash(MessageDigest digest, byte[] converted) {
        if (converted == null) {
            digest.update(block, 0, filled);
        } else {
            digest.update(converted);
        }
    }

    private static boolean looksLikeText(byte[] bytes, int length) {
        int strange = 0;
        for (int i = 0; i < length; i++) {
            int b = bytes[i] & 0xff;
            if (b == 0) {
                return false;
            }
            boolean usual = b >= 32 && b < 127 || b == '\n' || b == '\r' || b == '\t' || b == '\f' || b == '\b';
            strange += usual ? 0 : 1;
        }
        return length == 0 || (double) strange / length <= MOST_STRANGE;
    }

    /** A line end that lies across two blocks stays, as DVC has it. */
    private static byte[] unixLines(byte[] bytes, int length) {
        byte[] unix = new byte[length];
        int size = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n') {
                continue;
            }
            unix[size++] = bytes[i];
        }
        return Arrays.copyOf(unix, size);
    }

    @Override
    public void reset() {
        bytes.reset();
        filled = 0;
        text = null;
        if (block != null) {
            byBlock.reset();
            byFile.reset();
        }
    }

    @Override
    public String difference() {
        if (block == null) {
            String found = hex(bytes);
            return found.equals(md5) ? null : found;
        }
        finishBlock();
        String found = hex(byBlock);
        String older = hex(byFile); // both are finished, whichever fits
        return found.equals(md5) || older.equals(md5) ? null : found;
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has MD5", e);
        }
    }
}
