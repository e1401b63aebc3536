package io.jenkins.plugins.mlops.core.gate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Numbers in sentences and tables: as few digits as tell them apart. */
final class Decimals {

    private static final int FEW_DIGITS = 5;
    private static final int ALL_DIGITS = 17;
    /** Beyond these powers of ten a number is written with an exponent. */
    private static final int PLAIN_EXPONENT = 9;

    private Decimals() {}

    /** The decimal that a person would write for the double: its shortest representation. */
    static BigDecimal of(double finite) {
        return BigDecimal.valueOf(finite);
    }

    /** Five significant digits, or fewer where zeros end it. */
    static String text(BigDecimal number) {
        return text(number, FEW_DIGITS);
    }

    /** Like {@link #text(BigDecimal)}, for any double; null is an en dash. */
    static String text(Double number) {
        return number == null ? "\u2013" : number.isNaN() || number.isInfinite() ? number.toString() : text(of(number));
    }

    /** As the rule file gives it. */
    static String exact(BigDecimal number) {
        return text(number, Integer.MAX_VALUE);
    }

    /** How many significant digits keep the numbers apart that differ. */
    static int digitsFor(BigDecimal... numbers) {
        List<BigDecimal> distinct = distinct(Arrays.stream(numbers));
        for (int digits = FEW_DIGITS; digits < ALL_DIGITS; digits++) {
            MathContext context = new MathContext(digits, RoundingMode.HALF_EVEN);
            if (distinct(distinct.stream().map(n -> n.round(context))).size() == distinct.size()) {
                return digits;
            }
        }
        return Integer.MAX_VALUE;
    }

    static String text(BigDecimal number, int digits) {
        BigDecimal rounded =
                digits == Integer.MAX_VALUE ? number : number.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        BigDecimal shortest = rounded.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale();
        return exponent > PLAIN_EXPONENT || exponent < -PLAIN_EXPONENT ? shortest.toString() : shortest.toPlainString();
    }

    private static List<BigDecimal> distinct(Stream<BigDecimal> numbers) {
        return numbers.map(BigDecimal::stripTrailingZeros).distinct().toList();
    }
}
