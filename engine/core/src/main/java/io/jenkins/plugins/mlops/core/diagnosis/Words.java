package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/** The cluster's own words, made fit for a sentence. */
final class Words {

    private static final int MAX_LENGTH = 600;
    private static final Pattern LAYERS = Pattern.compile(
            "rpc error: code = \\w+ desc = |failed to pull and unpack image \"[^\"]*\": |failed to resolve reference \"[^\"]*\": ");
    private static final Pattern BACK_OFF = Pattern.compile("^Back-off pulling image \"[^\"]*\": \\w+: ");
    private static final Pattern PREEMPTION = Pattern.compile("[.,]? *(no new claims to deallocate, )?preemption: .*$");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private Words() {}

    /** On one line, without an end; empty for nothing. */
    static String tidy(String text) {
        if (text == null) {
            return "";
        }
        String line = text.strip().replaceAll("\\s*\\R\\s*", "; ");
        while (line.endsWith(".")) {
            line = line.substring(0, line.length() - 1).stripTrailing();
        }
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "...";
    }

    /** Why an image does not come, without what each layer has said about the other. */
    static String ofPull(String message) {
        String text = LAYERS.matcher(tidy(message)).replaceAll("");
        return BACK_OFF.matcher(text).replaceFirst("");
    }

    /** The scheduler's words without its thoughts about preemption. */
    static String ofScheduler(String message) {
        String text = PREEMPTION.matcher(tidy(message)).replaceFirst("");
        if (text.endsWith(". not found")) {
            text = text.substring(0, text.length() - ". not found".length());
        }
        return tidy(text);
    }

    /** The same for messages that differ by numbers only, such as how many nodes there are. */
    static String key(String text) {
        return NUMBER.matcher(text).replaceAll("#");
    }

    /** Null for what is no instant. */
    static Instant instant(String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** When an event happened for the last time. */
    static Instant last(Event event) {
        if (event.getSeries() != null && event.getSeries().getLastObservedTime() != null) {
            return instantOr(event.getSeries().getLastObservedTime().getTime());
        }
        if (event.getLastTimestamp() != null) {
            return instantOr(event.getLastTimestamp());
        }
        return instantOr(
                event.getEventTime() == null
                        ? event.getMetadata().getCreationTimestamp()
                        : event.getEventTime().getTime());
    }

    private static Instant instantOr(String text) {
        Instant at = instant(text);
        return at == null ? Instant.EPOCH : at;
    }

    /** How often an event happened. */
    static int count(Event event) {
        if (event.getSeries() != null && event.getSeries().getCount() != null) {
            return event.getSeries().getCount();
        }
        return event.getCount() == null ? 1 : Math.max(1, event.getCount());
    }
}
