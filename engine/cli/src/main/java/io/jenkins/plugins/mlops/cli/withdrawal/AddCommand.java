package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.cli.AuthorOption;
import io.jenkins.plugins.mlops.cli.DigestArgument;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.lineage.LineageSources;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStep;
import io.jenkins.plugins.mlops.core.withdrawal.Withdrawal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops withdraw add}. */
@Command(
        name = "add",
        description = {
            "Withdraw data: from now on it is neither pulled, published, trained on, evaluated nor promoted.",
            "Every option but --reason may be given several times."
        },
        mixinStandardHelpOptions = true)
final class AddCommand implements Callable<Integer> {

    private final Host host;

    @Option(names = "--group", paramLabel = "NAME", description = "A group of files: a recording.")
    private Set<String> groups = new LinkedHashSet<>();

    @Option(
            names = "--file",
            paramLabel = "DIGEST-or-PATH",
            description = "A file, by its SHA-256 or the path of a copy.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--dataset",
            paramLabel = "ID",
            description = "A version of a dataset as a whole: content id (8 digits are enough), name, or NAME@ID.")
    private List<String> datasets = new ArrayList<>();

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "A model as a whole: NAME/VERSION, NAME@ALIAS, or its digest.")
    private List<String> models = new ArrayList<>();

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the record.")
    private String reason;

    @Mixin
    private AuthorOption author;

    @Mixin
    private WithdrawalOptions withdrawals;

    @Mixin
    private OutputOptions output;

    AddCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        if (groups.isEmpty() && files.isEmpty() && datasets.isEmpty() && models.isEmpty()) {
            throw MlopsException.usage("Nothing is named to withdraw: give --group, --file, --dataset or --model");
        }
        Withdrawal withdrawal = withdrawals.with(
                host,
                (journal, sources) -> journal.add(digests(sources), groups, reason, author.by(host), Instant.now()));
        output.output(host)
                .result(
                        "Withdrawn, as number " + withdrawal.number() + "; 'mlops withdraw report "
                                + withdrawal.number() + "' says what came from it",
                        withdrawal);
        return 0;
    }

    private List<Digest> digests(LineageSources sources) {
        List<Digest> digests = new ArrayList<>();
        files.forEach(file -> digests.add(new DigestArgument(file).ofFile(host)));
        datasets.forEach(dataset -> digests.add(dataset(sources, dataset)));
        models.forEach(model -> digests.add(new DigestArgument(model)
                .digest()
                .orElseGet(() -> sources.locate(host, model).digest())));
        return digests;
    }

    private static Digest dataset(LineageSources sources, String asked) {
        return new DigestArgument(asked)
                .digest()
                .orElseGet(() -> sources.store().datasets(asked).stream()
                        .findFirst()
                        .flatMap(LineageStep::content)
                        .orElseThrow(() -> MlopsException.usage("Which files the dataset '" + asked
                                + "' has is not known: give its content id, sha256: and 64 hex digits")));
    }
}
