package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawal;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops withdraw end}. */
@Command(
        name = "end",
        description = {
            "End a withdrawal: its data may be used again.",
            "Where keys are trusted, the end counts only when one of them signs it."
        },
        mixinStandardHelpOptions = true)
final class EndCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(paramLabel = "NUMBER", description = "The withdrawal, as 'mlops withdraw list' numbers it.")
    private long number;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the record.")
    private String reason;

    @Mixin
    private AuthorOption author;

    @Mixin
    private WithdrawalOptions withdrawals;

    @Mixin
    private OutputOptions output;

    EndCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Withdrawal ended =
                withdrawals.withJournal(host, journal -> journal.end(number, reason, author.by(host), Instant.now()));
        output.output(host).result("Withdrawal " + number + " has ended", ended);
        return 0;
    }
}
