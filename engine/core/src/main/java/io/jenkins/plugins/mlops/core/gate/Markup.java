package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.document.PrintableText;

/** Text in HTML and XML, for content and for attributes in double quotes. */
final class Markup {

    private Markup() {}

    /** Printable (so without the characters that XML cannot carry) and without meaning to a parser. */
    static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        PrintableText.of(text).codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isNonCharacter(c) ? 0xFFFD : c);
            }
        });
        return out.toString();
    }

    /** U+FFFE and U+FFFF, which XML does not have. */
    private static boolean isNonCharacter(int c) {
        return (c & 0xFFFE) == 0xFFFE;
    }
}
