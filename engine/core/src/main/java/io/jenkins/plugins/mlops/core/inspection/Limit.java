package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many findings of a kind a set may have: a number, a share of its samples such as {@code 0.5%}, or {@code any}.
 *
 * @param text as it was written
 */
public record Limit(@JsonValue String text) {

    // Before the constants, which it checks.
    private static final Pattern FORM = Pattern.compile("any|[0-9]{1,12}|([0-9]{1,3}(?:\\.[0-9]{1,6})?)%");

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    public static final Limit NONE = new Limit("0");
    public static final Limit ANY = new Limit("any");

    public Limit {
        Matcher form = FORM.matcher(String.valueOf(text));
        if (!form.matches() || form.group(1) != null && new BigDecimal(form.group(1)).compareTo(HUNDRED) > 0) {
            throw MlopsException.usage(
                    "'" + text + "' is no limit: a whole number, a share such as 0.5%, or 'any' is wanted");
        }
    }

    @JsonCreator
    static Limit parse(String text) {
        return new Limit(text);
    }

    @JsonCreator
    static Limit of(long number) {
        return new Limit(String.valueOf(number));
    }

    boolean isAny() {
        return text.equals("any");
    }

    /** Whether so many are too many. @param samples that the set has */
    boolean isBrokenBy(long count, long samples) {
        if (isAny()) {
            return false;
        }
        if (!text.endsWith("%")) {
            return count > Long.parseLong(text);
        }
        BigDecimal share = new BigDecimal(text.substring(0, text.length() - 1));
        return BigDecimal.valueOf(count).movePointRight(2).compareTo(share.multiply(BigDecimal.valueOf(samples))) > 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
