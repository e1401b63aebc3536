package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mlops lineage verify}: whether what is recorded of a model holds. */
@Command(
        name = "verify",
        description =
                "Check the records of a model, against themselves and against MLflow; exit code 1 if one check fails.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(paramLabel = "MODEL", description = "NAME/VERSION, NAME@ALIAS, a digest, or the file of a record.")
    private String model;

    @Mixin
    private LineageOptions lineage;

    @Mixin
    private OutputOptions output;

    /** The JSON document. */
    record Verification(Digest model, Outcome verdict, List<Check> checks) {}

    VerifyCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (LineageSources sources = lineage.open(host)) {
            return verify(sources);
        }
    }

    private int verify(LineageSources sources) {
        ModelLocator.Located located = sources.locate(host, model);
        List<Check> checks = new LineageVerification(sources.store(), sources.registered()).verify(located);
        boolean failed = checks.stream().anyMatch(check -> check.outcome() == Outcome.FAILED);
        Verification document = new Verification(located.digest(), failed ? Outcome.FAILED : Outcome.OK, checks);
        output.output(host).result(text(document), document);
        return failed ? MlopsException.Kind.FAILED.exitCode() : 0;
    }

    private static String text(Verification verification) {
        StringBuilder text = new StringBuilder("Model " + verification.model() + "\n");
        for (Check check : verification.checks()) {
            text.append(String.format("  %-8s", check.outcome().name().toLowerCase(Locale.ROOT)))
                    .append(check.check())
                    .append(' ')
                    .append(check.subject())
                    .append(": ")
                    .append(check.detail())
                    .append('\n');
        }
        long failed = count(verification, Outcome.FAILED);
        long unknown = count(verification, Outcome.UNKNOWN);
        return text.append(
                        failed == 0
                                ? "No check failed"
                                : failed + " of " + verification.checks().size() + " checks failed")
                .append(unknown == 0 ? "" : ", " + unknown + " could not be made")
                .append('\n')
                .toString();
    }

    private static long count(Verification verification, Outcome outcome) {
        return verification.checks().stream()
                .filter(check -> check.outcome() == outcome)
                .count();
    }
}
