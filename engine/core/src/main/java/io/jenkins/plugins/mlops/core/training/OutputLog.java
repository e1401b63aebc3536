package io.jenkins.plugins.mlops.core.training;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Follows the file that a command's output is appended to. A file and not a pipe: a process that outlives the command holds
 * no reader up, a slow reader holds no training up, nothing is lost between a process' end and the reading of its pipe, and
 * the whole output is there afterwards. Not thread-safe.
 */
final class OutputLog implements Closeable {

    private static final int LAST_LINES = 20;
    private static final int LAST_LINE_LENGTH = 400;
    private static final Pattern TERMINAL_CODES = Pattern.compile("\u001b\\[[0-9;?]*[ -/]*[@-~]|\u001b.?");

    private final Path file;
    private final FileInputStream in;
    private final LineSplitter splitter;
    private final Deque<String> last = new ArrayDeque<>();
    private final byte[] buffer = new byte[1 << 16];
    private long position;

    /** Follows what is appended from now on; the file is made when it is missing. */
    OutputLog(Path file, Consumer<String> lines) throws IOException {
        this.file = file;
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        position = Files.size(file);
        // Not a channel: reading one on an interrupted thread would close it.
        in = new FileInputStream(file.toFile());
        in.skipNBytes(position);
        splitter = new LineSplitter(line -> {
            remember(line);
            lines.accept(line);
        });
    }

    /** Hands on what has been appended by now; an endless writer does not hold it up. */
    void read() throws IOException {
        long end = Files.size(file);
        while (position < end) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, end - position));
            if (n < 0) {
                return;
            }
            position += n;
            splitter.accept(buffer, n);
        }
    }

    /** Hands on the rest, an unfinished last line included. */
    void finish() throws IOException {
        read();
        splitter.end();
    }

    /** The last lines that are not blank, without terminal codes, each shortened. */
    List<String> lastLines() {
        return List.copyOf(last);
    }

    private void remember(String line) {
        String plain = TERMINAL_CODES.matcher(line).replaceAll("").stripTrailing();
        if (plain.isEmpty()) {
            return;
        }
        if (last.size() == LAST_LINES) {
            last.removeFirst();
        }
        last.addLast(plain.length() > LAST_LINE_LENGTH ? plain.substring(0, LAST_LINE_LENGTH) + "..." : plain);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
