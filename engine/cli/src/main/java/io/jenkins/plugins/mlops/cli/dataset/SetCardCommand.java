package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardDraft;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops dataset card set}. */
@Command(
        name = "set",
        description = {
            "Revise the card of a published version, or write its first one.",
            "With --card it is replaced as a whole; else what is given changes and the rest stays. Nothing is overwritten:"
                    + " 'history' shows all revisions."
        },
        mixinStandardHelpOptions = true)
final class SetCardCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private CardAccess access;

    @Mixin
    private CardOptions card;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the record.")
    private String reason;

    @Mixin
    private AuthorOption author;

    @Mixin
    private OutputOptions output;

    SetCardCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        CardDraft draft = card.draft(host);
        if (draft.isEmpty()) {
            throw MlopsException.usage("Nothing is said of the dataset: give --card, or what is to be changed");
        }
        return access.with(host, (journal, place) -> {
            CardRevision revision = journal.revise(draft, card.isWhole(), reason, author.by(host), Instant.now());
            output.output(host).result(CardText.of(revision, place), CardText.Document.of(revision, place));
            return 0;
        });
    }
}
