package io.jenkins.plugins.mlops.core.signature;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Reads the few things of DER (ITU-T X.690) that files of keys consist of. A text that is none fails with an
 * {@link IllegalArgumentException}.
 */
final class Der {

    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int SEQUENCE = 0x30;
    /** Context-specific, constructed, number 1: where both PKCS#8's and SEC 1's forms have a public key. */
    static final int PUBLIC_KEY = 0xa1;

    private final ByteBuffer bytes;

    Der(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    boolean isAtEnd() {
        return !bytes.hasRemaining();
    }

    /** The tag of the next value. */
    int tag() {
        if (isAtEnd()) {
            throw new IllegalArgumentException("it ends too early");
        }
        return bytes.get(bytes.position()) & 0xff;
    }

    /** The content of the next value, whose tag must be the given one. */
    byte[] next(int tag) {
        if (tag() != tag) {
            throw new IllegalArgumentException(
                    String.format("a value 0x%02x stands where 0x%02x is wanted", tag(), tag));
        }
        return next();
    }

    /** The content of the next value, whatever it is. */
    byte[] next() {
        try {
            bytes.get();
            int length = bytes.get() & 0xff;
            if (length > 0x80 && length <= 0x83) {
                int digits = length - 0x80;
                length = 0;
                for (int i = 0; i < digits; i++) {
                    length = length << 8 | bytes.get() & 0xff;
                }
            } else if (length >= 0x80) {
                throw new IllegalArgumentException("a length is in no form that keys have");
            }
            byte[] content = new byte[Math.min(length, bytes.remaining() + 1)];
            bytes.get(content);
            return content;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("it ends too early", e);
        }
    }
}
