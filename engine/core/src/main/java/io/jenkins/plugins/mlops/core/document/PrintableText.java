package io.jenkins.plugins.mlops.core.document;

/**
 * Names from files that others wrote, made safe to show: control characters (a terminal obeys them), characters that turn the
 * direction of writing (they make a name look like another) and halves of surrogate pairs (no output can carry them) become
 * U+FFFD. Names stay one line.
 */
public final class PrintableText {

    private static final int REPLACEMENT = 0xFFFD;

    private PrintableText() {}

    public static String of(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isPrintable(c) ? c : REPLACEMENT));
        return out.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            case Character.FORMAT -> c == 0x200C || c == 0x200D; // joiners, which scripts and emoji need
            default -> true;
        };
    }
}
