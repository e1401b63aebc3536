package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.core.withdrawal.Withdrawal;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Withdrawals for people. */
final class WithdrawalText {

    private static final int SHOWN = 10;

    private final UnaryOperator<String> keyName;

    /** @param keyName what people call a key of that id */
    WithdrawalText(UnaryOperator<String> keyName) {
        this.keyName = keyName;
    }

    String of(Withdrawal withdrawal) {
        StringBuilder text = new StringBuilder()
                .append(withdrawal.number())
                .append("  ")
                .append(withdrawal.inForce() ? "in force" : "ended")
                .append("  ")
                .append(withdrawal.at())
                .append("  ")
                .append(withdrawal.by())
                .append(": ")
                .append(withdrawal.reason())
                .append(signed(withdrawal.signers()))
                .append('\n');
        List<String> items = withdrawal.items();
        items.stream()
                .limit(SHOWN)
                .forEach(item -> text.append("     ").append(item).append('\n'));
        if (items.size() > SHOWN) {
            text.append("     and ").append(items.size() - SHOWN).append(" more\n");
        }
        for (Withdrawal.End end : withdrawal.ends()) {
            text.append("     ")
                    .append(
                            end.believed()
                                    ? "ended "
                                    : "NOT believed, since no trusted key signed it: the end, said to be of ")
                    .append(end.at())
                    .append(" by ")
                    .append(end.by())
                    .append(": ")
                    .append(end.reason())
                    .append(signed(end.signers()))
                    .append('\n');
        }
        return text.toString();
    }

    private String signed(Set<String> signers) {
        return signers.isEmpty()
                ? ""
                : new TreeSet<>(signers).stream().map(keyName).collect(Collectors.joining(", ", " (signed by ", ")"));
    }
}
