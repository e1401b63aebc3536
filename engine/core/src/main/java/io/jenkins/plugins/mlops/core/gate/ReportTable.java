package io.jenkins.plugins.mlops.core.gate;

/** A table of the HTML report: a caption, a header row, and rows whose first cell is their header. */
final class ReportTable {

    private final MarkupWriter html;

    ReportTable(MarkupWriter html, String caption, String... columns) {
        this.html = html;
        // border and cellpadding: what a table looks like where styles are blocked
        html.start("table", "border", 1, "cellpadding", 4)
                .element("caption", caption)
                .line();
        html.start("thead").start("tr");
        for (String column : columns) {
            html.element("th", column, "scope", "col");
        }
        html.end().end().line().start("tbody").line();
    }

    /** A row of plain cells. */
    void row(String header, String... cells) {
        html.start("tr").element("th", header, "scope", "row");
        for (String cell : cells) {
            html.element("td", cell);
        }
        html.end().line();
    }

    void finish() {
        html.end().end().line();
    }
}
