package io.jenkins.plugins.mlops.core.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A process and all that it started. Descendants are found by their parents; a daemon, whose parent is gone, by a mark in its
 * environment, which children inherit (read from {@code /proc}, so on Linux alone). What clears its environment and leaves
 * its parent cannot be found. Not thread-safe.
 */
final class ProcessTree {

    private static final Path PROC = Path.of("/proc");
    private static final long PAUSE_MILLIS = 20;
    /** How long the kernel may take to end what was sent SIGKILL. */
    private static final Duration KILL_TIME = Duration.ofSeconds(10);

    private final ProcessHandle root;
    private final String mark;

    /**
     * @param mark {@code NAME=value} that stands in the environment of the root and of nothing outside the tree
     */
    ProcessTree(ProcessHandle root, String mark) {
        this.root = root;
        this.mark = mark;
    }

    /** Those that run now, by process id. */
    Map<Long, ProcessHandle> running() {
        Map<Long, ProcessHandle> found = new HashMap<>();
        found.put(root.pid(), root);
        root.descendants().forEach(handle -> found.put(handle.pid(), handle));
        if (Files.isDirectory(PROC)) {
            ProcessHandle.allProcesses()
                    .filter(handle -> !found.containsKey(handle.pid()) && hasMark(handle.pid()))
                    .forEach(handle -> {
                        found.put(handle.pid(), handle);
                        handle.descendants().forEach(child -> found.put(child.pid(), child));
                    });
        }
        found.values().removeIf(handle -> !handle.isAlive() || isZombie(handle.pid()));
        return found;
    }

    /**
     * Asks all to end (SIGTERM), and kills (SIGKILL) what still runs when the grace time is over. Does not end early when the
     * thread is interrupted; the interrupt is kept.
     *
     * @param meanwhile called again and again while it waits
     * @return the ids of processes that could not be ended, normally none
     */
    Set<Long> stop(Duration grace, Runnable meanwhile) {
        boolean interrupted = false;
        Set<Long> asked = new HashSet<>();
        long killAt = System.nanoTime() + grace.toNanos();
        long giveUpAt = killAt + KILL_TIME.toNanos();
        Map<Long, ProcessHandle> running = running();
        while (!running.isEmpty() && System.nanoTime() < giveUpAt) {
            if (System.nanoTime() >= killAt) {
                running.values().forEach(ProcessHandle::destroyForcibly);
            } else {
                running.values().stream().filter(h -> asked.add(h.pid())).forEach(ProcessHandle::destroy);
            }
            interrupted |= pause();
            meanwhile.run();
            running = running();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return running.keySet().stream().collect(Collectors.toUnmodifiableSet());
    }

    private boolean hasMark(long pid) {
        try {
            String environment =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("environ"), StandardCharsets.ISO_8859_1);
            return environment.startsWith(mark + '\0') || environment.contains('\0' + mark + '\0');
        } catch (IOException e) {
            return false; // another user's, or gone
        }
    }

    /** A zombie has ended; only its parent has not asked how. */
    private static boolean isZombie(long pid) {
        try {
            String stat =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
