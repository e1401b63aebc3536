package io.jenkins.plugins.mlops.core.bitbucket;

/** Texts for fields of limited length. */
final class Shortened {

    private static final String MORE = "\u2026";

    private Shortened() {}

    /** At most so many UTF-16 units, no character cut in two; a text that was longer ends in an ellipsis. */
    static String to(int most, String text) {
        if (text.length() <= most) {
            return text;
        }
        int end = most - MORE.length();
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + MORE;
    }
}
