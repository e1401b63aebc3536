package io.jenkins.plugins.mlops.core.sample;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads per-sample results as they stream in, a JSON object a line; only what is asked for is kept. Errors name the line. */
final class SampleReader {

    private static final int MAX_SAMPLES = 5_000_000;
    private static final int MAX_SLICES = 1_000;
    /** Samples times slices; an eighth as many bytes. */
    private static final long MAX_MARKS = 2_000_000_000L;

    private static final int MAX_TEXT = 1 << 16;
    private static final int MAX_NESTING = 100;
    /** As the gate takes numbers of this size for infinite. */
    private static final double INFINITE = 1e308;

    private static final int FIRST_CAPACITY = 1024;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAX_TEXT)
                    .maxNameLength(MAX_TEXT)
                    .maxNestingDepth(MAX_NESTING)
                    .maxDocumentLength(SampleResults.MAX_BYTES)
                    .build())
            .build();

    private final String origin;
    private final TextNumbers samples = new TextNumbers();
    private final TextNumbers groups = new TextNumbers();
    private final SortedMap<String, BitSet> slices = new TreeMap<>();
    private final SortedMap<String, SampleValues> values = new TreeMap<>();
    private int[] lineOf = new int[FIRST_CAPACITY];
    private int[] groupOf = new int[FIRST_CAPACITY];
    /** Whether samples name groups; null before the first. */
    private Boolean grouped;

    private JsonParser parser;
    /** Number of the sample that is being read. */
    private int sample;

    private int line;
    private String lastGroup;

    /** @param wanted the metrics that are kept; all others are passed over */
    SampleReader(String origin, Collection<String> wanted) {
        this.origin = origin;
        wanted.forEach(metric -> values.put(metric, new SampleValues()));
    }

    /**
     * Reads to the end; the stream is not closed.
     *
     * @throws MlopsException of kind USAGE when the text is broken
     */
    SampleResults read(InputStream in) throws IOException {
        MessageDigest sha256 = Digest.newSha256();
        DigestInputStream digested = new DigestInputStream(in, sha256);
        try (JsonParser opened = JSON.createParser(digested).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)) {
            parser = opened;
            while (parser.nextToken() != null) {
                readSample();
                sample++;
            }
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw MlopsException.usage(place(at == null ? line : at.getLineNr()) + e.getOriginalMessage(), e);
        }
        if (sample == 0) {
            throw MlopsException.usage(origin + " holds no sample");
        }
        digested.transferTo(OutputStream.nullOutputStream());
        return results(Digest.finish(sha256));
    }

    private void readSample() throws IOException {
        beginSample();
        Seen seen = new Seen();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            parser.nextToken();
            switch (key) {
                case "sample" -> {
                    seen.sample = once(seen.sample, key);
                    name();
                }
                case "group" -> {
                    seen.group = once(seen.group, key);
                    group();
                }
                case "slice", "slices" -> {
                    seen.slices = once(seen.slices, "slice or slices");
                    slices(key);
                }
                case "metrics" -> {
                    seen.metrics = once(seen.metrics, key);
                    metrics();
                }
                default -> parser.skipChildren();
            }
        }
        endSample(seen);
    }

    /** Which keys the object had. */
    private static final class Seen {
        private boolean sample;
        private boolean group;
        private boolean slices;
        private boolean metrics;
    }

    private void beginSample() {
        int start = parser.currentTokenLocation().getLineNr();
        if (start == line) {
            throw broken("something stands behind the object; one object a line is wanted");
        }
        line = start;
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            throw broken("an object such as {\"sample\": \"a.png\", \"metrics\": {\"accuracy\": 1}} is wanted");
        }
        if (sample == MAX_SAMPLES) {
            throw broken("at most " + MAX_SAMPLES + " samples are read");
        }
        if (sample == lineOf.length) {
            lineOf = Arrays.copyOf(lineOf, sample + (sample >> 1));
            groupOf = Arrays.copyOf(groupOf, sample + (sample >> 1));
        }
        lineOf[sample] = line;
        groupOf[sample] = -1;
    }

    private void endSample(Seen seen) {
        if (parser.currentTokenLocation().getLineNr() != line) {
            throw broken("the object does not end in its line; one object a line is wanted");
        }
        if (!seen.sample) {
            throw broken("the key 'sample' is missing, which tells samples apart");
        }
        if (!seen.metrics) {
            throw broken("the key 'metrics' is missing");
        }
        boolean inGroup = groupOf[sample] >= 0;
        if (grouped == null) {
            grouped = inGroup;
        } else if (grouped != inGroup) {
            throw broken("the sample has "
                    + (inGroup ? "a group, and those before it have none" : "no group, and those before it have one"));
        }
        for (SampleValues all : values.values()) {
            if (all.size() == sample) {
                all.addNone();
            }
        }
    }

    private boolean once(boolean before, String key) {
        if (before) {
            throw broken(key + " stands twice");
        }
        return true;
    }

    private void name() throws IOException {
        String name = text("sample");
        int number = samples.number(name);
        if (number < sample) {
            throw broken("the sample " + PrintableText.of(name) + " stands in line " + lineOf[number] + " already");
        }
    }

    private void group() throws IOException {
        if (parser.hasToken(JsonToken.VALUE_NULL)) {
            return;
        }
        String group = text("group");
        // samples of a recording mostly stand together
        groupOf[sample] = group.equals(lastGroup) ? groupOf[sample - 1] : groups.number(group);
        lastGroup = group;
    }

    private void slices(String key) throws IOException {
        if (parser.hasToken(JsonToken.VALUE_NULL)) {
            return;
        }
        if (key.equals("slice")) {
            slice(text(key));
            return;
        }
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            throw broken("slices: a list of names is wanted");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            slice(text(key));
        }
    }

    private void slice(String name) {
        BitSet members = slices.get(name);
        if (members == null) {
            if (slices.size() == MAX_SLICES) {
                throw broken("at most " + MAX_SLICES + " slices are read");
            }
            members = new BitSet();
            slices.put(name, members);
        }
        if ((long) slices.size() * sample > MAX_MARKS) {
            throw broken("at most " + MAX_MARKS + " samples times slices are read");
        }
        members.set(sample);
    }

    private void metrics() throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            throw broken("metrics: an object such as {\"accuracy\": 1} is wanted");
        }
        metricsBelow("");
    }

    private void metricsBelow(String prefix) throws IOException {
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            String metric = prefix.isEmpty() ? key : prefix + key;
            if (token == JsonToken.START_OBJECT) {
                metricsBelow(metric + "/");
                continue;
            }
            SampleValues all = values.get(metric);
            if (all == null) {
                parser.skipChildren();
            } else if (all.size() > sample) {
                throw broken(shown(metric) + " stands twice");
            } else if (token == JsonToken.START_ARRAY) {
                ratio(metric, all);
            } else {
                all.add(number(metric));
            }
        }
    }

    /** A list of two numbers: the sample's part of the numerator and of the denominator. */
    private void ratio(String metric, SampleValues all) throws IOException {
        double[] parts = new double[2];
        for (int i = 0; i < 2; i++) {
            if (parser.nextToken() == JsonToken.END_ARRAY) {
                throw broken(shown(metric) + ": a number, or a list of two (numerator and denominator), is wanted");
            }
            parts[i] = number(metric);
        }
        if (parser.nextToken() != JsonToken.END_ARRAY) {
            throw broken(shown(metric) + ": a number, or a list of two (numerator and denominator), is wanted");
        }
        if (parts[1] < 0 || parts[1] == 0 && parts[0] != 0) {
            throw broken(shown(metric) + ": the denominator is "
                    + (parts[1] < 0 ? "negative" : "0, and the numerator is not"));
        }
        all.add(parts[0], parts[1]);
    }

    private double number(String metric) throws IOException {
        JsonToken token = parser.currentToken();
        if (token.isBoolean()) {
            return token == JsonToken.VALUE_TRUE ? 1 : 0;
        }
        if (!token.isNumeric()) {
            throw broken(shown(metric) + ": a number is wanted; leave the metric out where a sample has no value");
        }
        double number = parser.getDoubleValue();
        if (!(Math.abs(number) < INFINITE)) {
            throw broken(shown(metric) + " is not finite; leave the metric out where a sample has no value");
        }
        return number;
    }

    /** A name: a text that is not blank, or a whole number. */
    private String text(String key) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING) && !parser.hasToken(JsonToken.VALUE_NUMBER_INT)) {
            throw broken(key + ": a text is wanted");
        }
        String text = parser.getText();
        if (text.isBlank()) {
            throw broken(key + " is empty");
        }
        return text;
    }

    private SampleResults results(Digest digest) {
        int[] order = samples.canonicalOrder();
        int[] place = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            place[order[i]] = i;
        }
        SortedMap<String, BitSet> members = new TreeMap<>();
        slices.forEach((slice, marks) -> {
            BitSet placed = new BitSet(order.length);
            for (int i = marks.nextSetBit(0); i >= 0; i = marks.nextSetBit(i + 1)) {
                placed.set(place[i]);
            }
            members.put(slice, placed);
        });
        SortedMap<String, SampleValues> ordered = new TreeMap<>();
        values.forEach((metric, all) -> ordered.put(metric, all.inOrder(order)));
        return new SampleResults(
                digest,
                Arrays.stream(order).mapToLong(samples::high).toArray(),
                Arrays.stream(order).mapToLong(samples::low).toArray(),
                Arrays.stream(order).map(i -> lineOf[i]).toArray(),
                grouped ? groupNumbers(order) : null,
                members,
                ordered);
    }

    /** Each sample's group, numbered anew in the canonical order of samples, so that equal groupings have equal numbers. */
    private int[] groupNumbers(int[] order) {
        int[] renumbered = new int[groups.size()];
        Arrays.fill(renumbered, -1);
        int[] numbers = new int[order.length];
        int next = 0;
        for (int i = 0; i < order.length; i++) {
            int group = groupOf[order[i]];
            if (renumbered[group] < 0) {
                renumbered[group] = next++;
            }
            numbers[i] = renumbered[group];
        }
        return numbers;
    }

    private static String shown(String metric) {
        return "metrics." + PrintableText.of(metric);
    }

    private MlopsException broken(String what) {
        return MlopsException.usage(place(line) + what);
    }

    private String place(int at) {
        return origin + ", line " + at + ": ";
    }
}
