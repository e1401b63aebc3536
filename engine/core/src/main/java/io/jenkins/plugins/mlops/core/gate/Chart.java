package io.jenkins.plugins.mlops.core.gate;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A static SVG drawing. Colours are presentation attributes, and text and lines take the page's own colour, so that the drawing
 * is readable in light and dark and where a content security policy blocks styles.
 */
final class Chart {

    static final String CANDIDATE = "#2f6fd0";
    static final String BASELINE = "#8a94a3";
    static final String BAD = "#d1462f";
    static final String LINE = "currentColor";

    private static final int CUT = 1;

    private final MarkupWriter out;

    /** Starts the drawing; {@code id} is unlike any other drawing's in the page. */
    Chart(MarkupWriter out, String id, double width, double height, String title, String description) {
        this.out = out;
        out.start(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-desc",
                "width",
                number(width),
                "height",
                number(height),
                "viewBox",
                "0 0 " + number(width) + " " + number(height),
                "font-family",
                "system-ui, sans-serif",
                "font-size",
                "12");
        out.element("title", title, "id", id + "-title");
        out.element("desc", description, "id", id + "-desc").line();
    }

    void finish() {
        out.end().line();
    }

    void bar(double x, double y, double width, double height, String colour) {
        out.empty(
                        "rect",
                        "x",
                        number(x),
                        "y",
                        number(y),
                        "width",
                        number(width),
                        "height",
                        number(height),
                        "fill",
                        colour)
                .line();
    }

    /** A cell that lets the page shine through: {@code opacity} 0 to 1. */
    void cell(double x, double y, double size, String colour, double opacity, String title) {
        out.start(
                "rect",
                "x",
                number(x),
                "y",
                number(y),
                "width",
                number(size),
                "height",
                number(size),
                "fill",
                colour,
                "fill-opacity",
                number(opacity));
        if (title != null) {
            out.element("title", title);
        }
        out.end().line();
    }

    void line(double x1, double y1, double x2, double y2, double width, double opacity) {
        out.empty(
                        "line",
                        "x1",
                        number(x1),
                        "y1",
                        number(y1),
                        "x2",
                        number(x2),
                        "y2",
                        number(y2),
                        "stroke",
                        LINE,
                        "stroke-width",
                        number(width),
                        "stroke-opacity",
                        number(opacity))
                .line();
    }

    /** A line through points written "x,y x,y"; dashes may be null. */
    void path(String points, String colour, String dashes) {
        out.empty(
                        "polyline",
                        "points",
                        points,
                        "fill",
                        "none",
                        "stroke",
                        colour,
                        "stroke-width",
                        "2",
                        "stroke-dasharray",
                        dashes)
                .line();
    }

    /** Text; {@code anchor} is start, middle or end. */
    void text(double x, double y, String anchor, String text) {
        text(x, y, anchor, text, LINE, null);
    }

    /** Text in a colour, turned by a number of degrees about its place (null for not at all). */
    void text(double x, double y, String anchor, String text, String colour, Integer degrees) {
        out.element(
                        "text",
                        text,
                        "x",
                        number(x),
                        "y",
                        number(y),
                        "text-anchor",
                        anchor,
                        "fill",
                        colour,
                        "transform",
                        degrees == null ? null : "rotate(" + degrees + " " + number(x) + " " + number(y) + ")")
                .line();
    }

    /** At most so many characters. */
    static String cut(String text, int length) {
        int count = text.codePointCount(0, text.length());
        return count <= length ? text : text.substring(0, text.offsetByCodePoints(0, length - CUT)) + "\u2026";
    }

    /** A coordinate with at most two decimals, the same on every machine. */
    static String number(double value) {
        BigDecimal rounded =
                BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return rounded.toPlainString();
    }
}
