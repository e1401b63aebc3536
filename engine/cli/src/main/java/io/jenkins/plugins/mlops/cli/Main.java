package io.jenkins.plugins.mlops.cli;

import java.util.concurrent.TimeUnit;

/** Runs the {@code mlops} command in a process of its own. */
public final class Main {

    /** How long an interrupted command may take to stop what it started. */
    private static final long CLEAN_UP_SECONDS = 30;

    private Main() {}

    public static void main(String[] args) {
        Thread command = Thread.currentThread();
        Thread interrupter = new Thread(() -> interrupt(command), "mlops-interrupt");
        Runtime.getRuntime().addShutdownHook(interrupter);
        int exitCode = MlopsCommand.commandLineFor(Host.ofProcess(), args).execute(args);
        try {
            Runtime.getRuntime().removeShutdownHook(interrupter);
        } catch (IllegalStateException e) {
            return; // Ctrl-C: the JVM is already going down, with the signal's exit code
        }
        System.exit(exitCode);
    }

    /** On Ctrl-C or SIGTERM: lets the command clean up before the process ends. */
    private static void interrupt(Thread command) {
        command.interrupt();
        try {
            command.join(TimeUnit.SECONDS.toMillis(CLEAN_UP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
