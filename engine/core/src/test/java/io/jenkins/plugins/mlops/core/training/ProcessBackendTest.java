package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Cause;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Command;
import io.jenkins.plugins.mlops.core.training.TrainingBackend.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ProcessBackendTest {

    private static final Map<String, String> CALLER = Map.of("PATH", System.getenv("PATH"));

    @TempDir
    Path directory;

    private final List<String> lines = new ArrayList<>();

    @Test
    void everyLineOfALargeOutputArrivesInOrder() throws IOException {
        Ending ending = run(
                new ProcessBackend(CALLER), null, "i=0; while [ $i -lt 100000 ]; do echo line $i; i=$((i+1)); done");
        assertThat(ending.cause()).isEqualTo(Cause.SUCCEEDED);
        assertThat(lines).hasSize(100_000).startsWith("line 0", "line 1").endsWith("line 99999");
        assertThat(ending.lastLines()).hasSize(20).endsWith("line 99999");
        assertThat(Files.readAllLines(directory.resolve("out.log"))).isEqualTo(lines);
    }

    @Test
    void outputAndErrorComeInTheOrderOfWriting() {
        run(new ProcessBackend(CALLER), null, "echo one; echo two >&2; echo three");
        assertThat(lines).containsExactly("one", "two", "three");
    }

    @Test
    void theExitCodeIsTold() {
        Ending ending = run(new ProcessBackend(CALLER), null, "echo broken >&2; exit 3");
        assertThat(ending).isEqualTo(new Ending(Cause.EXITED, 3, List.of("broken")));
        assertThat(ending.explanation()).isEqualTo("failed with exit code 3");
    }

    @Test
    void aKilledProcessIsExplained() {
        Ending ending = run(new ProcessBackend(CALLER), null, "kill -9 $$");
        assertThat(ending.cause()).isEqualTo(Cause.SIGNALLED);
        assertThat(ending.exitCode()).isEqualTo(137);
        assertThat(ending.explanation()).contains("SIGKILL").contains("memory");
    }

    @Test
    void aMissingProgramIsNamed() {
        Command command = command(null, List.of("no-such-program"), Map.of());
        assertThatThrownBy(() -> new ProcessBackend(CALLER).run(command, lines::add))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining("'no-such-program' is not on the PATH");
    }

    @Test
    void standardInputIsEmpty() {
        assertThat(run(new ProcessBackend(CALLER), null, "cat; echo end").succeeded())
                .isTrue();
        assertThat(lines).containsExactly("end");
    }

    @Test
    void theCommandSeesOnlyTheAllowedVariablesOfTheCaller() {
        Map<String, String> caller = new TreeMap<>(CALLER);
        caller.putAll(Map.of(
                "AWS_SECRET_ACCESS_KEY", "planted", "SECRET", "planted", "LC_ALL", "C", "CUDA_VISIBLE_DEVICES", "0"));
        new ProcessBackend(caller).run(command(null, List.of("env"), Map.of("MLOPS_SEED", "7")), lines::add);
        assertThat(lines)
                .contains("LC_ALL=C", "CUDA_VISIBLE_DEVICES=0", "MLOPS_SEED=7", "MLOPS_GRACE_SECONDS=10")
                .noneMatch(line -> line.contains("planted"));
    }

    @Test
    void theDeadlineEndsTheWholeTree() throws Exception {
        Ending ending = run(
                backend(Duration.ofSeconds(5)),
                Duration.ofSeconds(1),
                "sh -c 'echo $$ >> pids; exec sleep 300' & echo $$ >> pids; sleep 300");
        assertThat(ending.cause()).isEqualTo(Cause.DEADLINE_EXCEEDED);
        assertGone(2);
    }

    @Test
    void whatIgnoresTheRequestToEndIsKilledAfterTheGraceTime() throws Exception {
        run(
                backend(Duration.ofMillis(300)),
                Duration.ofSeconds(1),
                "trap '' TERM; echo $$ >> pids; while true; do sleep 1; done");
        assertGone(1);
    }

    @Test
    void theCodeMayUseTheGraceTime() {
        Ending ending = run(
                backend(Duration.ofSeconds(20)),
                Duration.ofSeconds(1),
                "trap 'echo saved; exit 0' TERM; while true; do sleep 0.1; done");
        assertThat(ending.cause()).isEqualTo(Cause.DEADLINE_EXCEEDED);
        assertThat(lines).endsWith("saved"); // the shell may say first that its own child was ended
    }

    @Test
    void aDaemonThatHoldsTheOutputOpenIsEndedWithTheCommand() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "daemons are found by /proc alone");
        Ending ending = run(
                backend(Duration.ofMillis(500)),
                null,
                "setsid sh -c 'echo $$ >> pids; while true; do echo alive; sleep 0.01; done' & "
                        + "while [ ! -s pids ]; do sleep 0.05; done; echo $$ >> pids");
        assertThat(ending.succeeded()).isTrue();
        assertGone(2);
    }

    @Test
    void anInterruptEndsTheWholeTree() throws Exception {
        Throwable[] thrown = new Throwable[1];
        boolean[] flag = new boolean[1];
        Thread training = new Thread(() -> {
            try {
                run(
                        backend(Duration.ofSeconds(5)),
                        null,
                        "sh -c 'echo $$ >> pids; exec sleep 300' & echo $$ >> pids; sleep 300");
            } catch (RuntimeException e) {
                thrown[0] = e;
                flag[0] = Thread.currentThread().isInterrupted();
            }
        });
        training.start();
        while (pids().size() < 2) {
            Thread.sleep(20);
        }
        training.interrupt();
        training.join();
        assertThat(thrown[0])
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.INTERRUPTED));
        assertThat(flag[0]).isTrue();
        assertGone(2);
    }

    @Test
    void aListenerThatFailsEndsTheTree() throws Exception {
        Command command = command(null, shell("echo $$ >> pids; echo hello; sleep 300"), Map.of());
        assertThatThrownBy(() -> backend(Duration.ofSeconds(1)).run(command, line -> {
                    throw new IllegalStateException("no more");
                }))
                .hasMessage("no more");
        assertGone(1);
    }

    @Test
    void endlessAndBinaryLinesAreCut() {
        run(new ProcessBackend(CALLER), null, "head -c 100000 /dev/zero; printf '\\377\\n'");
        assertThat(lines).hasSize(7).allMatch(line -> line.length() <= LineSplitter.MAX_LINE);
        assertThat(String.join("", lines)).hasSize(100_001).matches("\uFFFD+");
    }

    private Ending run(ProcessBackend backend, Duration runTime, String script) {
        return backend.run(command(runTime, shell(script), Map.of()), lines::add);
    }

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    private Command command(Duration runTime, List<String> arguments, Map<String, String> environment) {
        return new Command(arguments, directory, environment, runTime, directory.resolve("out.log"));
    }

    private static ProcessBackend backend(Duration grace) {
        return new ProcessBackend(CALLER, grace);
    }

    private List<Long> pids() throws IOException {
        Path file = directory.resolve("pids");
        return Files.exists(file)
                ? Files.readAllLines(file).stream().map(Long::valueOf).toList()
                : List.of();
    }

    private void assertGone(int count) throws IOException {
        assertThat(pids())
                .hasSize(count)
                .allSatisfy(
                        pid -> assertThat(isRunning(pid)).as("process %s", pid).isFalse());
    }

    private static boolean isRunning(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        return !Files.exists(stat) || !Files.readString(stat).contains(") Z ");
    }
}
