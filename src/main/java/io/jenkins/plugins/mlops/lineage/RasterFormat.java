package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Formats of pictures that hold pixels and nothing that a browser would run; told by their first bytes, never by a name. */
enum RasterFormat {
    PNG("image/png", "png"),
    JPEG("image/jpeg", "jpg"),
    GIF("image/gif", "gif"),
    WEBP("image/webp", "webp");

    /** A picture has at most so many bytes. */
    static final long MAX_BYTES = 4L * 1024 * 1024;

    /** So many tell the format. */
    static final int HEAD_BYTES = 16;

    private final String type;
    private final String extension;

    RasterFormat(String type, String extension) {
        this.type = type;
        this.extension = extension;
    }

    String type() {
        return type;
    }

    String extension() {
        return extension;
    }

    /** Null when the bytes begin none of them. */
    @CheckForNull
    static RasterFormat of(byte[] head) {
        if (begins(head, 0, new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})) {
            return PNG;
        }
        if (begins(head, 0, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff})) {
            return JPEG;
        }
        if (begins(head, 0, ascii("GIF87a")) || begins(head, 0, ascii("GIF89a"))) {
            return GIF;
        }
        return begins(head, 0, ascii("RIFF")) && begins(head, 8, ascii("WEBP")) ? WEBP : null;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean begins(byte[] head, int from, byte[] wanted) {
        return head.length >= from + wanted.length
                && Arrays.equals(head, from, from + wanted.length, wanted, 0, wanted.length);
    }
}
