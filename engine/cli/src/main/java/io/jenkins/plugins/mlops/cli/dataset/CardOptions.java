package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardDraft;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What is said of a dataset version; an option wins over the file. */
final class CardOptions {

    @Option(
            names = "--card",
            paramLabel = "FILE",
            description = "The dataset's card, YAML or JSON; the options below win over it.")
    private Path card;

    @Option(names = "--owner", paramLabel = "WHO", description = "Card: who answers for the data.")
    private String owner;

    @Option(names = "--licence", paramLabel = "TEXT", description = "Card: an SPDX id such as CC-BY-4.0, or free text.")
    private String licence;

    @Option(names = "--created", paramLabel = "DATE", description = "Card: when the data was made, such as 2026-11-28.")
    private String created;

    @Option(names = "--description", paramLabel = "TEXT", description = "Card: what the data is.")
    private String description;

    @Option(
            names = "--anonymised",
            paramLabel = "yes|no",
            description = "Card: whether the data is anonymised; yes wants --anonymised-evidence.")
    private String anonymised;

    @Option(
            names = "--anonymised-evidence",
            paramLabel = "FILE",
            description = "Card: the file that shows that the data is anonymised; it is kept beside the card.")
    private Path evidence;

    @Option(
            names = "--field",
            paramLabel = "NAME=TEXT",
            description = "Card: anything else, several times; without TEXT it is removed.")
    private Map<String, String> fields = new LinkedHashMap<>();

    /** Whether the file is given, which is a whole card. */
    boolean isWhole() {
        return card != null;
    }

    /** What is said; empty when nothing is. */
    CardDraft draft(Host host) {
        CardDraft given = new CardDraft(
                owner,
                licence,
                date(),
                description,
                anonymised == null ? null : CardDraft.yesOrNo(anonymised),
                evidence == null ? null : host.resolve(evidence).toString(),
                fields);
        return card == null ? given : given.over(CardDraft.read(host.resolve(card)));
    }

    private LocalDate date() {
        try {
            return created == null ? null : LocalDate.parse(created);
        } catch (DateTimeParseException e) {
            throw MlopsException.usage("--created '" + created + "' is no date: one like 2026-11-28 is wanted", e);
        }
    }
}
