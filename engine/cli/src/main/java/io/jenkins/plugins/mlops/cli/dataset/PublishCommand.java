package io.jenkins.plugins.mlops.cli.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.card.CardDraft;
import io.jenkins.plugins.mlops.core.card.CardJournal;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.GroupRule;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Derivation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawals;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops dataset publish}. */
@Command(
        name = "publish",
        description = {
            "Publish a directory as a version of a dataset.",
            "Files that the store has already are not sent again, and files that look as they did at the last time are not"
                    + " even read; the manifest is written last."
        },
        mixinStandardHelpOptions = true)
final class PublishCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Parameters(paramLabel = "DIR", description = "What to publish.")
    private Path directory;

    @Option(names = "--name", required = true, description = "The dataset's name.")
    private String name;

    @Option(names = "--to", required = true, paramLabel = "S3-URL", description = "s3://bucket/prefix.")
    private String to;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "8",
            description = "Files sent at a time, each on one connection (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(
            names = "--links",
            defaultValue = "refuse",
            description = "What to do with symbolic links: refuse, follow or skip (default: ${DEFAULT-VALUE}).")
    private PublishOptions.Links links;

    @Option(
            names = "--group-by",
            paramLabel = "REGEX",
            description = "Which group (recording) a file is in: looked for in its path, the first parentheses find the"
                    + " group's name, such as '^([^/]+)/' for the first directory.")
    private String groupBy;

    @Mixin
    private CardOptions card;

    @Option(
            names = "--rehash",
            description = "Read every file, also those that look as they did when the directory was published before.")
    private boolean rehash;

    @Option(
            names = "--repair",
            description = "Read what the store has of the files already, and send anew what is damaged there.")
    private boolean repair;

    @Mixin
    private DerivationOptions derivation;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private LineageStoreOption lineageStore;

    @Mixin
    private AuthorOption author;

    PublishCommand(Host host) {
        this.host = host;
    }

    private record Uploaded(long files, long bytes) {}

    /** @param derivation the record that says what it was made from, null for none @param card its revision, null for none */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Document(
            String name,
            String version,
            String source,
            String manifest,
            long files,
            long bytes,
            Uploaded uploaded,
            double seconds,
            Digest derivation,
            CardText.Document card) {}

    @Override
    public Integer call() {
        Output out = output.output(host);
        S3Uri destination = S3Uri.parse(to);
        PublishOptions options = new PublishOptions(
                jobs, links, groupBy == null ? GroupRule.NONE : GroupRule.parse(groupBy), rehash, repair);
        CardDraft draft = card.draft(host);
        CardJournal.check(draft);
        derivation.requireInputs();
        LineageStore lineage = lineageStore.open(host);
        Withdrawals withdrawals = evidence.withdrawals(host, servers, lineage);
        PublishResult result;
        Digest record = null;
        CardText.Document written = null;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host));
                ProgressPrinter progress = out.progress()) {
            Datasets datasets = new Datasets(store, cache.cache(host), withdrawals);
            Derivation derived = derivation.isGiven()
                    ? derivation.derivation(
                            host, servers, datasets, lineage, withdrawals, author.by(host), Instant.now())
                    : null;
            result = datasets.publish(host.resolve(directory), name, destination, options, progress);
            if (!draft.isEmpty()) {
                written = write(draft, result, store);
            }
            if (derived != null) {
                lineage.keepManifest(result.manifest());
                record = lineage.append(derived.statement(result.manifest().version()));
            }
        }
        String version = result.manifest().content().toString();
        String text = name + " " + version + "\n  " + result.location() + "\n  "
                + Amounts.filesAndBytes(
                        result.manifest().files(), result.manifest().bytes()) + "; sent "
                + Amounts.filesAndBytes(result.uploadedFiles(), result.uploadedBytes()) + " in "
                + Sizes.seconds(result.time()) + (record == null ? "" : "\n  derivation recorded as " + record)
                + (written == null ? "" : "\n  card: revision " + written.revision());
        out.result(
                text,
                new Document(
                        name,
                        version,
                        result.manifest().source().id(),
                        result.location().toString(),
                        result.manifest().files(),
                        result.manifest().bytes(),
                        new Uploaded(result.uploadedFiles(), result.uploadedBytes()),
                        Sizes.toSeconds(result.time()),
                        record,
                        written));
        return 0;
    }

    private CardText.Document write(CardDraft draft, PublishResult result, ObjectStore store) {
        CardPlace place =
                CardPlace.beside(result.location(), result.manifest().content()).orElseThrow();
        try {
            CardRevision revision = new CardJournal(store, place, evidence.keys(host))
                    .revise(draft, true, "published", author.by(host), Instant.now());
            return CardText.Document.of(revision, place);
        } catch (MlopsException e) {
            throw new MlopsException(
                    e.kind(),
                    "The version is published at " + result.location() + ", but its card is not written: "
                            + e.getMessage() + "; the same command writes it",
                    e);
        }
    }
}
