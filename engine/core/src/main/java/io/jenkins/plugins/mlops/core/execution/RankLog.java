package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.cluster.LogPart;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What one rank printed, kept in a file: each line once, in its order, whoever was killed in between. Lines are appended first and
 * the {@link LogCursor} is moved second; what a killed process appended beyond the cursor is cut off and read again. A log is asked
 * for from a little before the last line that is known, which is then looked for: the lines after it are new. When it is not there,
 * the node has thrown lines away meanwhile, and the file says between which times. Not thread-safe.
 */
final class RankLog {

    /** Lines of ours among those of the code. */
    static final String MARK = "[mlops] ";

    private static final long FIRST_LIMIT = 1 << 20;

    /** More than a node keeps in the file that it reads logs from, by default (10 MiB). */
    private static final long LAST_LIMIT = 32 << 20;

    private static final int PARTS_AT_ONCE = 8;

    /** A node's clock may be set back a little. */
    private static final Duration OVERLAP = Duration.ofSeconds(1);

    /** Reads a container's log from a moment on. */
    interface Reader {
        LogPart read(Instant since, long limitBytes);
    }

    private final Path file;
    private final Path cursorFile;
    private LogCursor cursor;
    private Instant readAt;
    private Instant firstHeard;
    private Duration longestPause = Duration.ZERO;
    private Duration interval;
    private Instant due = Instant.EPOCH;

    /** Bytes that this process has taken of the present pod. */
    private long taken;

    /** What a stream has brought while the last known line was not found in it yet; null when there is nothing to be found. */
    private List<LogPart.Line> sought;

    RankLog(Path directory, int rank) throws IOException {
        file = file(directory, rank);
        cursorFile = directory.resolve("." + file.getFileName() + ".cursor");
        Files.createDirectories(directory);
        cursor = LogCursor.load(cursorFile);
        long length = Files.exists(file) ? Files.size(file) : 0;
        if (cursor == null || length < cursor.length()) {
            cursor = LogCursor.START.grown(length, lines(file));
            mark("how far this log was read is not known any more; lines may stand twice from here");
            cursor.save(cursorFile);
        } else if (length > cursor.length()) {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.setLength(cursor.length());
            }
        }
    }

    static Path file(Path directory, int rank) {
        return directory.resolve("training-rank-" + rank + ".log");
    }

    Path file() {
        return file;
    }

    LogCursor cursor() {
        return cursor;
    }

    /** When this log was read with success for the last time; null for not yet. */
    Instant readAt() {
        return readAt;
    }

    /** Since when this process has heard this pod; null for not yet. */
    Instant firstHeard() {
        return firstHeard;
    }

    /** Longest time without a line that this process saw between two lines of this pod. */
    Duration longestPause() {
        return longestPause;
    }

    Instant due() {
        return due;
    }

    /** Reads from now on what another pod prints; the same pod as before is nothing new. */
    void follow(String uid, String name, int attempt, Instant now) throws IOException {
        if (uid.equals(cursor.pod())) {
            return;
        }
        if (cursor.pod() != null) {
            if (!cursor.complete()) {
                missingEnd("its pod is gone");
            }
            mark("attempt " + attempt + ", pod " + name);
        }
        cursor = cursor.of(uid, now);
        cursor.save(cursorFile);
        readAt = null;
        firstHeard = null;
        longestPause = Duration.ZERO;
        interval = null;
        taken = 0;
        sought = null;
        due = Instant.EPOCH;
    }

    long taken() {
        return taken;
    }

    /** From when on to ask for lines. */
    Instant since() {
        return cursor.at() == null ? null : cursor.at().minus(OVERLAP);
    }

    /** What is given to {@link #take} from now on comes of a stream that begins {@link #since}. */
    void streamBegins() {
        sought = cursor.at() == null ? null : new ArrayList<>();
    }

    /** Takes lines of a stream. */
    void take(List<LogPart.Line> lines, Instant now, Timing timing) throws IOException {
        readAt = now;
        due = now.plus(timing.logMin());
        if (lines.isEmpty()) {
            return;
        }
        if (sought == null) {
            store(lines, null, now);
        } else {
            sought.addAll(lines);
            boolean beyond = sought.stream().anyMatch(line -> line.at().isAfter(cursor.at()));
            if (after(sought) < 0 && !beyond) {
                return;
            }
            List<LogPart.Line> found = sought;
            sought = null;
            take(new LogPart(found, false, false), true, now);
        }
        heard(now);
    }

    /** The pod's log was followed to its end. */
    void complete() throws IOException {
        cursor = cursor.completed();
        cursor.save(cursorFile);
        due = Instant.MAX;
    }

    /**
     * Takes what is new.
     *
     * @param ended whether the container had ended before this call, so that nothing can follow what is read now
     * @return whether there was a new line
     */
    boolean read(Reader reader, boolean ended, Instant now, Timing timing) throws IOException {
        if (cursor.complete()) {
            due = Instant.MAX;
            return false;
        }
        long before = cursor.lines();
        long limit = FIRST_LIMIT;
        boolean whole = false;
        for (int part = 0; part < PARTS_AT_ONCE && !whole; part++) {
            long linesBefore = cursor.lines();
            LogPart got = reader.read(since(), limit);
            readAt = now;
            take(got, ended || limit >= LAST_LIMIT, now);
            whole = !got.more();
            if (cursor.lines() == linesBefore) {
                if (limit >= LAST_LIMIT) {
                    break;
                }
                limit = Math.min(LAST_LIMIT, limit * 4);
            }
        }
        boolean grown = cursor.lines() > before;
        if (grown) {
            heard(now);
        }
        if (whole && ended) {
            complete();
        }
        schedule(grown, !whole || ended, now, timing);
        return grown;
    }

    private void heard(Instant now) {
        if (firstHeard == null) {
            firstHeard = now;
        }
    }

    private void schedule(boolean grown, boolean atOnce, Instant now, Timing timing) {
        if (interval == null || grown) {
            interval = timing.logMin();
        } else {
            Duration longer = interval.multipliedBy(3).dividedBy(2);
            interval = longer.compareTo(timing.logMax()) > 0 ? timing.logMax() : longer;
        }
        due = cursor.complete()
                ? Instant.MAX
                : now.plus(atOnce ? timing.logMin().dividedBy(2) : interval);
    }

    /** Reads again soon: something has happened. */
    void hurry(Instant now) {
        if (!cursor.complete()) {
            interval = null;
            due = now;
        }
    }

    /** Does not try again before a while: it cannot be read at present. */
    void postpone(Duration wait, Instant now) {
        due = now.plus(wait);
    }

    private void take(LogPart part, boolean openToo, Instant now) throws IOException {
        List<LogPart.Line> lines = part.lines();
        if (part.open() && !openToo) {
            // The rest of the last line is still to come, under the time of its beginning.
            lines = lines.subList(0, lines.size() - 1);
        }
        int from = 0;
        Instant gapFrom = null;
        if (cursor.at() != null) {
            from = after(lines);
            if (from < 0) {
                gapFrom = cursor.at();
                from = 0;
                while (from < lines.size() && !lines.get(from).at().isAfter(cursor.at())) {
                    from++;
                }
            }
        }
        if (from < lines.size()) {
            store(lines.subList(from, lines.size()), gapFrom, now);
        }
    }

    /** @param gapFrom null when nothing may be missing before these lines */
    private void store(List<LogPart.Line> lines, Instant gapFrom, Instant now) throws IOException {
        StringBuilder text = new StringBuilder();
        long count = lines.size();
        if (gapFrom != null) {
            text.append(MARK)
                    .append("lines between ")
                    .append(gapFrom)
                    .append(" and ")
                    .append(lines.get(0).at())
                    .append(" may be missing: the node did not keep them\n");
            count++;
        }
        Instant at = cursor.at();
        int same = cursor.same();
        for (LogPart.Line line : lines) {
            same = line.at().equals(at) ? same + 1 : 1;
            at = line.at();
            text.append(line.text()).append('\n');
        }
        if (cursor.heard() != null && firstHeard != null) {
            Duration pause = Duration.between(cursor.heard(), now);
            longestPause = pause.compareTo(longestPause) > 0 ? pause : longestPause;
        }
        append(text.toString(), count);
        taken += text.length();
        cursor = cursor.read(at, same, now);
        cursor.save(cursorFile);
    }

    /** Where the lines after the last known one begin; -1 when that is not there. */
    private int after(List<LogPart.Line> lines) {
        int seen = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).at().equals(cursor.at()) && ++seen == cursor.same()) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Says in the file that the end of the present pod's log could not be read. */
    void missingEnd(String why) throws IOException {
        mark("lines after " + (cursor.at() == null ? "the pod's start" : cursor.at()) + " may be missing: " + why);
        cursor = cursor.completed();
        cursor.save(cursorFile);
        due = Instant.MAX;
    }

    private void mark(String text) throws IOException {
        append(MARK + text + "\n", 1);
    }

    private void append(String text, long lines) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(cursor.length());
            open.write(bytes);
        }
        cursor = cursor.grown(cursor.length() + bytes.length, cursor.lines() + lines);
    }

    private static long lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        long lines = 0;
        byte[] bytes = new byte[1 << 16];
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            for (int n = open.read(bytes); n > 0; n = open.read(bytes)) {
                for (int i = 0; i < n; i++) {
                    if (bytes[i] == '\n') {
                        lines++;
                    }
                }
            }
        }
        return lines;
    }

    /** The last lines that are not blank, each shortened; of a file that need not be there. */
    static List<String> tail(Path file, int count, int length) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text;
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            long size = open.length();
            long from = Math.max(0, size - Math.max(1 << 16, (long) count * length));
            byte[] bytes = new byte[(int) (size - from)];
            open.seek(from);
            open.readFully(bytes);
            text = new String(bytes, StandardCharsets.UTF_8);
        }
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n")) {
            String plain =
                    line.substring(line.stripTrailing().lastIndexOf('\r') + 1).stripTrailing();
            if (!plain.isEmpty()) {
                lines.add(plain.length() > length ? plain.substring(0, length) + "..." : plain);
            }
        }
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }
}
