package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.file.ProgramFinder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a command as a process of this machine, without a shell and with nothing on its standard input. Where {@code setsid}
 * is installed the command leads a session of its own, so that Ctrl-C at a terminal reaches it by way of this class alone.
 *
 * <p>A command is running, then ended, by itself or stopped: at its deadline, or when the calling thread is interrupted. To
 * stop is to send SIGTERM to all it started, and SIGKILL to what still runs after the grace time, which the code is told in
 * seconds as {@value #GRACE_VARIABLE}. When a command ends by itself, what it left running is stopped in the same way before
 * {@link #run} returns, as a container would do. Thread-safe.
 */
public final class ProcessBackend implements TrainingBackend {

    /** Time between SIGTERM and SIGKILL: enough to write a small checkpoint, short enough for one who waits at a terminal. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);

    static final String GRACE_VARIABLE = "MLOPS_GRACE_SECONDS";

    private static final String MARK_VARIABLE = "MLOPS_PROCESS_MARK";
    private static final long POLL_MILLIS = 30;

    private final Map<String, String> callerEnvironment;
    private final Duration grace;

    /** Takes the few variables that commands may see from the caller's environment. */
    public ProcessBackend(Map<String, String> callerEnvironment) {
        this(callerEnvironment, DEFAULT_GRACE);
    }

    ProcessBackend(Map<String, String> callerEnvironment, Duration grace) {
        this.callerEnvironment = CallerEnvironment.allowed(callerEnvironment);
        this.grace = grace;
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public List<String> check(TrainingSpecification specification) {
        return new ProcessRequirements(callerEnvironment).check(specification);
    }

    @Override
    public Ending run(Command command, Consumer<String> output) {
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted("The command");
        }
        String mark = UUID.randomUUID().toString();
        try (OutputLog log = new OutputLog(command.log(), output)) {
            Process process = start(command, mark);
            ProcessTree tree = new ProcessTree(process.toHandle(), MARK_VARIABLE + "=" + mark);
            return new Execution(process, tree, log).toEnd(command.runTime());
        } catch (IOException | UncheckedIOException e) {
            throw MlopsException.failed(
                    "The program '" + command.arguments().get(0) + "' could not be run: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Installed> installed(Command command, Path file) {
        String searchPath = command.environment().getOrDefault("PATH", callerEnvironment.get("PATH"));
        return new EnvironmentProbe(this).probe(command, searchPath, file);
    }

    private Process start(Command command, String mark) throws IOException {
        if (!Files.isDirectory(command.directory())) {
            throw MlopsException.usage("The working directory " + command.directory() + " does not exist");
        }
        Map<String, String> environment = environment(command, mark);
        ProgramFinder programs = new ProgramFinder(command.directory(), environment.get("PATH"));
        List<String> arguments = new ArrayList<>(command.arguments());
        arguments.set(0, programs.get(arguments.get(0)).toString());
        programs.find("setsid").ifPresent(setsid -> arguments.add(0, setsid.toString()));
        ProcessBuilder builder = new ProcessBuilder(arguments)
                .directory(command.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(command.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private Map<String, String> environment(Command command, String mark) {
        Map<String, String> environment = new TreeMap<>(callerEnvironment);
        environment.putAll(command.environment());
        environment.put(GRACE_VARIABLE, Long.toString(grace.toSeconds()));
        environment.put(MARK_VARIABLE, mark);
        return environment;
    }

    /** One run of a command. */
    private final class Execution {
        private final Process process;
        private final ProcessTree tree;
        private final OutputLog log;

        Execution(Process process, ProcessTree tree, OutputLog log) {
            this.process = process;
            this.tree = tree;
            this.log = log;
        }

        Ending toEnd(Duration runTime) throws IOException {
            boolean inTime;
            try {
                inTime = await(runTime);
            } catch (InterruptedException e) {
                stop();
                log.finish();
                throw MlopsException.interrupted("The command");
            } catch (IOException | RuntimeException | Error e) {
                tree.stop(grace, () -> {});
                throw e;
            }
            stop();
            log.finish();
            int exitCode = process.isAlive() ? 0 : process.exitValue();
            Cause cause = !inTime
                    ? Cause.DEADLINE_EXCEEDED
                    : exitCode == 0 ? Cause.SUCCEEDED : Signals.isSignal(exitCode) ? Cause.SIGNALLED : Cause.EXITED;
            return new Ending(cause, exitCode, log.lastLines());
        }

        /** Whether the command ended by itself; if not, its time is over. */
        private boolean await(Duration runTime) throws IOException, InterruptedException {
            long start = System.nanoTime();
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                log.read();
                if (runTime != null && System.nanoTime() - start >= runTime.toNanos()) {
                    return false;
                }
            }
            return true;
        }

        private void stop() {
            Set<Long> left = tree.stop(grace, this::readLog);
            if (!left.isEmpty()) {
                throw MlopsException.failed(
                        "The processes " + left
                                + " of the command could not be stopped, even by SIGKILL: look for a hanging device or file system");
            }
        }

        private void readLog() {
            try {
                log.read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
