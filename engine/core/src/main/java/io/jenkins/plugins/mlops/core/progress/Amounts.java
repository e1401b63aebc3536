package io.jenkins.plugins.mlops.core.progress;

import java.util.Locale;

/** Numbers as people read them. */
public final class Amounts {

    private Amounts() {}

    /** A size, in powers of 1024. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        do {
            value /= 1024;
            unit++;
        } while (value >= 1023.95 && unit < 4);
        return String.format(Locale.ROOT, "%.1f %siB", value, "KMGTP".charAt(unit));
    }

    /** A number of files. */
    public static String files(long files) {
        return String.format(Locale.ROOT, "%,d", files) + (files == 1 ? " file" : " files");
    }

    /** A number of files and their size. */
    public static String filesAndBytes(long files, long bytes) {
        return files(files) + ", " + bytes(bytes);
    }
}
