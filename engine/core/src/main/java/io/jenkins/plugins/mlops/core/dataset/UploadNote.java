package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What this machine remembers of an upload in parts until it is over, so that a later process goes on with one that broke off, or
 * has the store forget it: a file that is begun, grows by a line with each part, and is deleted. The owner's is the only
 * hand that writes to it.
 */
final class UploadNote {

    /** Where the notes of a cache are. */
    static final String DIRECTORY = "uploads";

    private static final String HEADER = "mlops-upload/1";
    private static final int HEAD_LINES = 6;
    private static final String NOBODY = "nobody";
    /** How long an owner on another machine is believed to be at work. */
    private static final Duration ELSEWHERE = Duration.ofHours(24);

    private final CacheDirectory cache;
    private final Path file;

    /**
     * What a note says.
     *
     * @param endpoint of the store
     * @param id by which the store knows the upload
     * @param partSize bytes of each part but the last
     * @param owner host, process and its start
     * @param etags of the parts that were sent, by number
     */
    record Begun(
            String endpoint, S3Uri object, String id, long partSize, String owner, SortedMap<Integer, String> etags) {}

    /** @param file its place in {@link #DIRECTORY} of the cache */
    UploadNote(CacheDirectory cache, Path file) {
        this.cache = cache;
        this.file = file;
    }

    /** Empty when there is none that can be read. */
    Optional<Begun> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        List<String> lines = new ArrayList<>(
                List.of(text.substring(0, text.lastIndexOf('\n') + 1).split("\n"))); // the last line may be torn
        if (lines.size() < HEAD_LINES || !HEADER.equals(lines.get(0))) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(lines));
        } catch (MlopsException | NumberFormatException | StringIndexOutOfBoundsException damaged) {
            return Optional.empty();
        }
    }

    private static Begun parse(List<String> lines) {
        SortedMap<Integer, String> etags = new TreeMap<>();
        for (String line : lines.subList(HEAD_LINES, lines.size())) {
            int blank = line.indexOf(' ');
            etags.put(Integer.valueOf(line.substring(0, blank)), line.substring(blank + 1));
        }
        return new Begun(
                lines.get(1),
                S3Uri.parse(lines.get(2)),
                lines.get(3),
                Long.parseLong(lines.get(4)),
                lines.get(5),
                etags);
    }

    /** Writes the note of an upload that this process owns, with the parts that were sent before. */
    void write(URI endpoint, S3Uri object, String id, long partSize, SortedMap<Integer, String> etags)
            throws IOException {
        write(new Begun(endpoint.toString(), object, id, partSize, owner(), etags));
    }

    private void write(Begun begun) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(String.join(
                        "\n",
                        HEADER,
                        begun.endpoint(),
                        begun.object().toString(),
                        begun.id(),
                        String.valueOf(begun.partSize()),
                        begun.owner()))
                .append('\n');
        begun.etags().forEach((number, etag) -> text.append(line(number, etag)));
        cache.make(DIRECTORY);
        Files.writeString(file, text);
        cache.share(file);
    }

    /** Adds a part that was sent. */
    synchronized void add(int number, String etag) throws IOException {
        Files.write(file, line(number, etag).getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    }

    private static String line(int number, String etag) {
        return number + " " + etag + "\n";
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Says that nobody is at the upload any more. */
    void leave() throws IOException {
        Optional<Begun> begun = read();
        if (begun.isPresent()) {
            Begun left = begun.get();
            write(new Begun(left.endpoint(), left.object(), left.id(), left.partSize(), NOBODY, left.etags()));
        }
    }

    /** Whether whoever began the upload may still be at it. */
    boolean isOwned(Begun begun) throws IOException {
        if (begun.owner().equals(NOBODY)) {
            return false;
        }
        String[] owner = begun.owner().split(" ");
        if (owner.length < 3 || !owner[0].equals(host())) {
            Instant last = Files.getLastModifiedTime(file).toInstant();
            return last.plus(ELSEWHERE).isAfter(Instant.now());
        }
        return ProcessHandle.of(Long.parseLong(owner[1]))
                .filter(process -> owner[2].equals(started(process)))
                .isPresent();
    }

    private static String owner() {
        ProcessHandle own = ProcessHandle.current();
        return host() + " " + own.pid() + " " + started(own);
    }

    private static String started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("-");
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replace(' ', '-');
        } catch (UnknownHostException e) {
            return "-";
        }
    }
}
