package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops dataset card history}. */
@Command(
        name = "history",
        description = "List every revision of a card: who left it so, when and why.",
        mixinStandardHelpOptions = true)
final class CardHistoryCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private CardAccess access;

    @Mixin
    private OutputOptions output;

    CardHistoryCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        return access.with(host, (journal, place) -> {
            List<CardRevision> revisions = journal.revisions();
            String text = revisions.isEmpty()
                    ? "The version " + place.content() + " has no card"
                    : revisions.stream().map(CardText::heading).collect(Collectors.joining("\n"));
            output.output(host)
                    .result(
                            text,
                            Map.of(
                                    "version",
                                    place.content(),
                                    "revisions",
                                    revisions.stream()
                                            .map(revision -> CardText.Document.of(revision, place))
                                            .toList()));
            return 0;
        });
    }
}
