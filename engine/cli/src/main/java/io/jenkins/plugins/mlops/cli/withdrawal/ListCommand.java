package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawal;
import io.jenkins.plugins.mlops.core.withdrawal.WithdrawalJournal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops withdraw list}. */
@Command(name = "list", description = "List what is withdrawn.", mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {

    private final Host host;

    @Option(names = "--all", description = "Those that have ended too.")
    private boolean all;

    @Mixin
    private WithdrawalOptions withdrawals;

    @Mixin
    private OutputOptions output;

    /** The JSON document. */
    record Document(List<Withdrawal> withdrawals) {}

    ListCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        List<Withdrawal> listed = withdrawals.withJournal(host, WithdrawalJournal::read).stream()
                .filter(withdrawal -> all || withdrawal.inForce())
                .toList();
        WithdrawalText text = new WithdrawalText(key -> withdrawals.describe(host, key));
        output.output(host)
                .result(
                        listed.isEmpty()
                                ? "Nothing is withdrawn"
                                : listed.stream().map(text::of).collect(Collectors.joining()),
                        new Document(listed));
        return 0;
    }
}
