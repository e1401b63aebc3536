package io.jenkins.plugins.mlops.core.training;

/**
 * Reads exit codes above 128, by which shells, the JVM and container runtimes report that a signal ended a process. A program
 * may use such a code by itself; nothing tells the two apart, so the text says both the code and the signal.
 */
final class Signals {

    private static final int BASE = 128;
    private static final int LAST = 64;

    private Signals() {}

    static boolean isSignal(int exitCode) {
        return exitCode > BASE && exitCode <= BASE + LAST;
    }

    static String explain(int exitCode) {
        String why =
                switch (exitCode - BASE) {
                    case 1 -> "SIGHUP: its terminal or session ended";
                    case 2 -> "SIGINT: interrupted from outside";
                    case 4 -> "SIGILL: an instruction that this processor lacks, often a library built for another one";
                    case 6 -> "SIGABRT: it aborted itself, often a failed assertion in native code";
                    case 7 -> "SIGBUS: often /dev/shm is full, or a mapped file was cut short";
                    case 8 -> "SIGFPE: an arithmetic error in native code";
                    case 9 -> "SIGKILL: killed from outside, most often by the kernel because memory ran out";
                    case 11 -> "SIGSEGV: a crash in native code";
                    case 13 -> "SIGPIPE: it wrote to a pipe that nobody reads";
                    case 15 -> "SIGTERM: stopped from outside";
                    case 24 -> "SIGXCPU: the limit of CPU time was reached";
                    case 25 -> "SIGXFSZ: the limit of a file's size was reached";
                    default -> "a signal";
                };
        return "was ended by signal " + (exitCode - BASE) + " (" + why + "; exit code " + exitCode + ")";
    }
}
