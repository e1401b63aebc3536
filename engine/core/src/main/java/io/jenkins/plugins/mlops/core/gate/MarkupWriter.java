package io.jenkins.plugins.mlops.core.gate;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML and XML that is well-formed whatever names and texts are put in: every text and attribute passes through
 * {@link Markup}, every element that is started is ended.
 */
final class MarkupWriter {

    private final StringBuilder out;
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins with the given prologue, which is written as it is. */
    MarkupWriter(String prologue) {
        this.out = new StringBuilder(prologue);
    }

    /** Starts an element; attributes are names and values in turn, those with the value null are left out. */
    MarkupWriter start(String element, Object... attributes) {
        tag(element, attributes).append('>');
        open.push(element);
        return this;
    }

    MarkupWriter text(String text) {
        out.append(Markup.escaped(text));
        return this;
    }

    MarkupWriter end() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** An element without content. */
    MarkupWriter empty(String element, Object... attributes) {
        tag(element, attributes).append("/>");
        return this;
    }

    /** An element with nothing but text. */
    MarkupWriter element(String element, String text, Object... attributes) {
        return start(element, attributes).text(text).end();
    }

    /** A line feed, to keep the output readable. */
    MarkupWriter line() {
        out.append('\n');
        return this;
    }

    /** Something of ours that is markup already. */
    MarkupWriter raw(String markup) {
        out.append(markup);
        return this;
    }

    String finish() {
        while (!open.isEmpty()) {
            end();
        }
        return line().out.toString();
    }

    private StringBuilder tag(String element, Object... attributes) {
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            if (attributes[i + 1] != null) {
                out.append(' ').append(attributes[i]).append("=\"");
                out.append(Markup.escaped(attributes[i + 1].toString())).append('"');
            }
        }
        return out;
    }
}
