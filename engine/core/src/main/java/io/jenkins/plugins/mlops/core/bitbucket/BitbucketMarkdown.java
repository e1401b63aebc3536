package io.jenkins.plugins.mlops.core.bitbucket;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.util.regex.Pattern;

/**
 * Text from elsewhere inside the Markdown of a comment. The two products read different dialects (CommonMark, Python-Markdown), which
 * agree on no backslash beyond a few characters but take a numeric character reference for nothing but its character: so whatever is
 * neither letter nor digit nor plain punctuation is written as one. What is made a link or a mention after that, by how it reads, is
 * broken by a character of no width.
 */
public final class BitbucketMarkdown {

    /** Means nothing in the middle of a line in either dialect. */
    private static final String PLAIN = " .,;=()%'\"/?+-";

    /** Where an address, written out, begins to be one: {@code @}, {@code ://}, {@code www.} */
    private static final Pattern LINKED = Pattern.compile("(?i)(&#64;|&#58;(?=//)|www(?=\\.))");

    private static final int LAST_ASCII = 0x7F;

    private BitbucketMarkdown() {}

    /** The text on one line, without meaning to Markdown and what is built on it. */
    public static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        PrintableText.of(text).codePoints().forEach(c -> {
            if (c > LAST_ASCII || Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0) {
                out.appendCodePoint(c);
            } else {
                out.append("&#").append(c).append(';');
            }
        });
        return LINKED.matcher(out).replaceAll("$1\u200C");
    }
}
