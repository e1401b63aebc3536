package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.registry.PromotionHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops model history}. */
@Command(
        name = "history",
        description = "List every promotion and rollback of an alias, from the evidence store's journal.",
        mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {

    private static final List<String> HEADER = List.of("ROUND", "VERSION", "BEFORE", "WHAT", "BY", "AT", "REASON");

    private final Host host;

    @Parameters(index = "0", paramLabel = "NAME", description = "The registered model.")
    private String name;

    @Option(
            names = "--alias",
            paramLabel = "ALIAS",
            defaultValue = "champion",
            description = "The alias (${DEFAULT-VALUE}).")
    private String alias;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    HistoryCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (EvidenceStore evidence = registry.requireEvidence(host)) {
            List<PromotionHistory.Entry> rounds = PromotionHistory.of(evidence, name, alias);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("name", name);
            document.put("alias", alias);
            document.put("rounds", rounds);
            output.output(host)
                    .result(
                            rounds.isEmpty()
                                    ? "The evidence store has no round of the alias " + alias + " of " + name
                                    : table(rounds),
                            document);
            return 0;
        }
    }

    private static String table(List<PromotionHistory.Entry> rounds) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        for (PromotionHistory.Entry round : rounds) {
            rows.add(List.of(
                    String.valueOf(round.round()),
                    String.valueOf(round.version()),
                    round.from() == null ? "none" : String.valueOf(round.from()),
                    what(round),
                    String.valueOf(round.by()),
                    round.at().toString(),
                    round.reason() == null ? "" : round.reason()));
        }
        return Columns.of(rows);
    }

    private static String what(PromotionHistory.Entry round) {
        return (round.rollback() ? "rollback" : "promotion")
                + (round.overridden().isEmpty() ? "" : ", overridden")
                + (round.found() == null ? "" : ", had been moved")
                + (round.done() ? "" : ", not carried out");
    }
}
