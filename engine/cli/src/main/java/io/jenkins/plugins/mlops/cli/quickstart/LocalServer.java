package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server process on a free port of 127.0.0.1: started, then answering, then stopped with all its children.
 *
 * @param name for people
 * @param url where it answers
 * @param pid of the process that was started
 * @param started when it started, which tells it from a later process with the same id
 */
record LocalServer(String name, URI url, long pid, Instant started) {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_GRACE = Duration.ofSeconds(8);
    private static final Duration KILL_TIME = Duration.ofSeconds(5);
    private static final int CONNECT_MILLIS = 2000;
    private static final long PAUSE_MILLIS = 100;

    /** A port of 127.0.0.1 that nobody has right now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw MlopsException.failed("No port of 127.0.0.1 is free: " + e.getMessage(), e);
        }
    }

    static LocalServer start(
            String name, URI url, Path directory, Path log, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            ProcessHandle process = builder.start().toHandle();
            return new LocalServer(name, url, process.pid(), startOf(process));
        } catch (IOException e) {
            throw MlopsException.failed("The " + name + " server does not start: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until it answers.
     *
     * @param path what to ask for
     * @param log shown in part when it does not
     */
    void await(String path, Path log) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers(path)) {
            if (!isRunning()) {
                throw MlopsException.failed("The " + name + " server ended while it started; the end of " + log
                        + " is:\n" + ExternalProgram.lastLines(log));
            }
            if (System.nanoTime() > end) {
                throw MlopsException.failed("The " + name + " server does not answer at " + url + " after "
                        + START_LIMIT.toMinutes() + " minutes; the end of " + log + " is:\n"
                        + ExternalProgram.lastLines(log));
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw MlopsException.interrupted("Waiting for the " + name + " server");
            }
        }
    }

    /** Any answer of the server itself will do: a store that checks signatures refuses who has none. */
    private boolean answers(String path) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) url.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(CONNECT_MILLIS);
            try {
                return connection.getResponseCode() < HttpURLConnection.HTTP_INTERNAL_ERROR;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    boolean isRunning() {
        return process() != null;
    }

    /** Ends it and its children; an interrupt does not cut that short, and is kept. */
    void stop() {
        ProcessHandle process = process();
        if (process == null) {
            return;
        }
        List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
        tree.add(process);
        boolean interrupted = Thread.interrupted();
        tree.forEach(ProcessHandle::destroy);
        interrupted |= waitFor(tree, STOP_GRACE);
        process.descendants().forEach(tree::add);
        tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
        interrupted |= waitFor(tree, KILL_TIME);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether an interrupt came meanwhile. */
    private static boolean waitFor(List<ProcessHandle> processes, Duration limit) {
        boolean interrupted = false;
        long end = System.nanoTime() + limit.toNanos();
        while (processes.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    private ProcessHandle process() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> started.equals(startOf(process)))
                .orElse(null);
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }
}
