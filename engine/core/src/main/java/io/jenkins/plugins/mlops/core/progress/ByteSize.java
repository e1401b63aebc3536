package io.jenkins.plugins.mlops.core.progress;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A size as people write it: a whole number and perhaps one of KiB, MiB, GiB, TiB, or K, M, G, T for the same. */
public final class ByteSize {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18}) ?(?:([KMGT])(?:iB)?|B)?");
    private static final String UNITS = "KMGT";
    private static final int BITS = 10;

    private ByteSize() {}

    /** @throws MlopsException of kind USAGE when the text has another form, or is more than a long can say */
    public static long parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (form.matches()) {
            long factor = form.group(2) == null ? 1 : 1L << BITS * (UNITS.indexOf(form.group(2)) + 1);
            try {
                return Math.multiplyExact(Long.parseLong(form.group(1)), factor);
            } catch (ArithmeticException e) {
                throw noSize(text, e);
            }
        }
        throw noSize(text, null);
    }

    private static MlopsException noSize(String text, Exception e) {
        return MlopsException.usage(
                "'" + text + "' is no size: a whole number is wanted, and perhaps KiB, MiB, GiB or TiB, such as 200GiB",
                e);
    }
}
