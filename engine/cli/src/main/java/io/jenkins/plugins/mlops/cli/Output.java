package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/**
 * Where a command's words go: the result to standard output, as text for people or as one JSON document; everything else to
 * standard error.
 */
public final class Output {

    private final Host host;
    private final boolean json;
    private final boolean quiet;

    public Output(Host host, boolean json, boolean quiet) {
        this.host = host;
        this.json = json;
        this.quiet = quiet;
    }

    /** The output that the given command's {@link OutputOptions} ask for. */
    static Output of(Host host, CommandLine command) {
        OutputOptions options = (OutputOptions) command.getMixins().get("output");
        return options == null ? new Output(host, false, false) : options.output(host);
    }

    /** Prints the result: {@code text} for people, {@code document} with {@code --json}. */
    public void result(String text, Object document) {
        host.out().print(json ? Documents.toJson(document) : text.endsWith("\n") ? text : text + "\n");
        host.out().flush();
    }

    /** Says something on standard error, unless {@code --quiet}. */
    public void note(String text) {
        if (!quiet) {
            host.err().println(text);
        }
    }

    public boolean isJson() {
        return json;
    }

    public boolean isQuiet() {
        return quiet;
    }

    /** A progress printer for this output; closing it ends its line. */
    public ProgressPrinter progress() {
        return new ProgressPrinter(host, quiet);
    }

    /** Tells a failure, on standard error and with {@code --json} as the one document too; returns the exit code. */
    int failure(MlopsException.Kind kind, String message) {
        host.err().println("mlops: " + message);
        if (json) {
            result("", Map.of("error", Map.of("kind", kind.name().toLowerCase(Locale.ROOT), "message", message)));
        }
        return kind.exitCode();
    }

    /** Tells a defect of this program, which alone has a stack trace; returns the exit code. */
    int defect(Exception e) {
        e.printStackTrace(host.err());
        return failure(MlopsException.Kind.FAILED, "a defect of mlops, please report it with the lines above: " + e);
    }
}
