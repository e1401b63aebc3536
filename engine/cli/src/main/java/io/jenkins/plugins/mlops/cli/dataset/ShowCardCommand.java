package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops dataset card show}. */
@Command(name = "show", description = "Show the card of a published version.", mixinStandardHelpOptions = true)
final class ShowCardCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private CardAccess access;

    @Option(
            names = "--evidence-into",
            paramLabel = "FILE",
            description = "Fetch the evidence there, and compare it with the digest in the card.")
    private Path evidence;

    @Mixin
    private OutputOptions output;

    ShowCardCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        return access.with(host, (journal, place) -> {
            CardRevision card = journal.current()
                    .orElseThrow(() -> MlopsException.failed(
                            "The version " + place.content() + " has no card: 'mlops dataset card set' writes one"));
            if (evidence != null) {
                journal.fetchEvidence(card.card(), host.resolve(evidence));
            }
            output.output(host).result(CardText.of(card, place), CardText.Document.of(card, place));
            return 0;
        });
    }
}
