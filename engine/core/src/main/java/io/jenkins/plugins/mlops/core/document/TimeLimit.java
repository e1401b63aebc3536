package io.jenkins.plugins.mlops.core.document;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A span of time as people write it: a whole number and one of s, m, h, d, such as {@code 90s}, {@code 30m}, {@code 2h}.
 *
 * @param text as it was written
 * @param duration more than zero and at most 365 days
 */
public record TimeLimit(String text, Duration duration) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([smhd])");
    private static final Duration MAX = Duration.ofDays(365);

    /** @throws MlopsException of kind USAGE when the text has another form, or is zero or more than a year */
    @JsonCreator
    public static TimeLimit parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw MlopsException.usage("'" + text
                    + "' is no span of time: a whole number and one of s, m, h or d is wanted, such as 90s, 30m or 2h");
        }
        long count = Long.parseLong(form.group(1));
        Duration duration =
                switch (form.group(2)) {
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    default -> Duration.ofDays(count);
                };
        if (duration.isZero() || duration.compareTo(MAX) > 0) {
            throw MlopsException.usage("The span of time '" + text + "' is not between 1s and 365d");
        }
        return new TimeLimit(text, duration);
    }

    /** A number without a unit is a mistake that deserves its own words. */
    @JsonCreator
    static TimeLimit withoutUnit(long number) {
        throw MlopsException.usage(
                "the span of time " + number + " has no unit: write " + number + "s or " + number + "m");
    }

    @Override
    @JsonValue
    public String toString() {
        return text;
    }
}
