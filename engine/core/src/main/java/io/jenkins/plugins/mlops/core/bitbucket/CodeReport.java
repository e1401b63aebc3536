package io.jenkins.plugins.mlops.core.bitbucket;

import java.util.List;
import java.util.Objects;

/**
 * A Code Insights report on a commit. Sent again under its key it takes the place of what was there, with its notes. What is more or longer
 * than the product takes is left out or shortened: data from the end, notes from the end.
 *
 * @param key one a job and gate; letters, digits, '-' and '.' only
 * @param details plain text; lines are kept; at most 2,000 characters are shown
 * @param result how it ended
 * @param link page of the report, absolute; null for none
 * @param data Data Center shows 6, Cloud 10
 * @param notes at most {@value #MAX_NOTES}
 */
public record CodeReport(
        String key, String title, String details, Result result, String link, List<Datum> data, List<Note> notes) {

    /** What both products take of notes. */
    static final int MAX_NOTES = 1000;

    /** How a report ended. */
    public enum Result {
        PASSED,
        FAILED
    }

    /** How grave a note is. */
    public enum Severity {
        HIGH,
        MEDIUM,
        LOW
    }

    /** A line of the report's head: a name and a text. */
    public record Datum(String title, String value) {}

    /** A finding of the report, on the report as a whole. */
    public record Note(String message, Severity severity) {}

    public CodeReport {
        Objects.requireNonNull(result, "result");
        data = List.copyOf(data);
        notes = List.copyOf(notes);
    }

    List<Note> sentNotes() {
        return notes.subList(0, Math.min(MAX_NOTES, notes.size()));
    }

    List<Datum> sentData(int most) {
        return data.subList(0, Math.min(most, data.size()));
    }
}
