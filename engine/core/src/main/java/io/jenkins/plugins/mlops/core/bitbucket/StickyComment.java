package io.jenkins.plugins.mlops.core.bitbucket;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one comment that a sender keeps on a pull request. It is known by a marker that neither product shows: a Markdown reference
 * that nothing refers to ({@code [//]: # (...)}; Data Center shows HTML comments as text).
 *
 * @param sender who keeps it: 32 hexadecimal digits
 * @param order a comment of a higher order is not replaced by one of a lower, so that a build that took long does not bury the news of
 *     a later one; not negative
 * @param text Markdown; what comes from elsewhere is in it as {@link BitbucketMarkdown} has it
 */
public record StickyComment(String sender, long order, String text) {

    /** What Data Center takes of a comment, in characters. */
    public static final int MAX_LENGTH = 32_768;

    private static final Pattern SENDER = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern MARKER =
            Pattern.compile("^\\[//\\]: # \\(mlops-report:([0-9a-f]{32}):([0-9]{1,18})\\)\\s*$", Pattern.MULTILINE);

    public StickyComment {
        if (!SENDER.matcher(sender).matches() || order < 0) {
            throw new IllegalArgumentException("no comment of a sender: " + sender + ", " + order);
        }
        if (body(sender, order, text).length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a comment of " + text.length() + " characters is too long");
        }
    }

    /** What is sent. */
    String body() {
        return body(sender, order, text);
    }

    /** The order of a comment that this sender wrote; empty for all others. */
    OptionalLong orderOf(String body) {
        Matcher marker = MARKER.matcher(body);
        while (marker.find()) {
            if (marker.group(1).equals(sender)) {
                return OptionalLong.of(Long.parseLong(marker.group(2)));
            }
        }
        return OptionalLong.empty();
    }

    private static String body(String sender, long order, String text) {
        return text.stripTrailing() + "\n\n[//]: # (mlops-report:" + sender + ":" + order + ")";
    }
}
