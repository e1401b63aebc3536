package io.jenkins.plugins.mlops.cli.quickstart;

import java.io.PrintStream;
import java.util.Locale;

/** Tells what happens, in plain words and with times. Thread-safe. */
final class Narrator {

    private final PrintStream out;
    private final long start = System.nanoTime();

    /** @param out null to say nothing */
    Narrator(PrintStream out) {
        this.out = out;
    }

    void chapter(int number, String title) {
        print("");
        print(String.format(Locale.ROOT, "%d. %s   [%.0f s]", number, title, seconds()));
    }

    /** A sentence. */
    void say(String text) {
        print("   " + text);
    }

    void command(String line) {
        print("   $ " + line);
    }

    /** What a command answered. */
    void answer(String text) {
        text.lines().forEach(line -> print("     " + line));
    }

    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private synchronized void print(String line) {
        if (out != null) {
            out.println(line);
            out.flush();
        }
    }
}
