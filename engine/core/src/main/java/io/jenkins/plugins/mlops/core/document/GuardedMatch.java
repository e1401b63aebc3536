package io.jenkins.plugins.mlops.core.document;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for a regular expression that somebody else wrote. Some expressions take ages on some texts, or more stack than there is:
 * the search ends after a while, and when its thread is interrupted, which the matcher alone does not look at.
 */
public final class GuardedMatch {

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** So many characters are looked at between two looks at the clock. */
    private static final int UNWATCHED = 1 << 12;

    private GuardedMatch() {}

    /**
     * The first place where the expression is found; null when it is not.
     *
     * @throws MlopsException of kind USAGE when the expression costs too much, INTERRUPTED
     */
    public static Matcher find(Pattern pattern, String text) {
        try {
            Matcher matcher = pattern.matcher(new Watched(pattern, text));
            return matcher.find() ? matcher : null;
        } catch (StackOverflowError e) {
            throw tooCostly(pattern, text);
        }
    }

    private static MlopsException tooCostly(Pattern pattern, String text) {
        return MlopsException.usage("The regular expression '" + shown(pattern.pattern()) + "' costs too much on '"
                + shown(text) + "': write it without repetitions inside of repetitions");
    }

    private static String shown(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }

    private static final class Watched implements CharSequence {

        private final Pattern pattern;
        private final String text;
        private final long start = System.nanoTime();
        private int looks;

        Watched(Pattern pattern, String text) {
            this.pattern = pattern;
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks == UNWATCHED) {
                looks = 0;
                if (Thread.currentThread().isInterrupted()) {
                    throw MlopsException.interrupted("Looking for a regular expression");
                }
                if (System.nanoTime() - start > MOST_NANOS) {
                    throw tooCostly(pattern, text);
                }
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return text.substring(from, to);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
