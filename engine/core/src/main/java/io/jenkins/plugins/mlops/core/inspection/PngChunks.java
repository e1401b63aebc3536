package io.jenkins.plugins.mlops.core.inspection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Looks at the checksums of a PNG and at its end, which decoders pass over. */
final class PngChunks {

    private static final int SIGNATURE = 8;
    private static final int AROUND = 12;

    private PngChunks() {}

    /** What is wrong, null for nothing. */
    static String problem(byte[] png) {
        ByteBuffer in = ByteBuffer.wrap(png);
        int at = SIGNATURE;
        while (true) {
            if (png.length - at < AROUND) {
                return "it is cut off: its end is missing";
            }
            int length = in.getInt(at);
            if (length < 0 || length > png.length - at - AROUND) {
                return "it is cut off in the midst of a chunk";
            }
            CRC32 crc = new CRC32();
            crc.update(png, at + Integer.BYTES, length + Integer.BYTES);
            String type = new String(png, at + Integer.BYTES, Integer.BYTES, StandardCharsets.ISO_8859_1);
            if ((int) crc.getValue() != in.getInt(at + 2 * Integer.BYTES + length)) {
                return "it is damaged: the checksum of a chunk is wrong";
            }
            if (type.equals("IEND")) {
                return null;
            }
            at += AROUND + length;
        }
    }
}
