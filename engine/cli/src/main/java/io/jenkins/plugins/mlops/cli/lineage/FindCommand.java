package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.DigestArgument;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.RegisteredModels;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops lineage find}: which models came from something. */
@Command(
        name = "find",
        description =
                "List the models that came from something: directly, through datasets derived from it, or through a model they"
                        + " started from.",
        mixinStandardHelpOptions = true)
final class FindCommand implements Callable<Integer> {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,64}");

    private final Host host;

    @ArgGroup(multiplicity = "1")
    private Asked asked;

    @Option(
            names = "--include-evaluation",
            description = "Count what a model was only evaluated on as gone into it and the models after it.")
    private boolean includeEvaluation;

    @Mixin
    private LineageOptions lineage;

    @Mixin
    private OutputOptions output;

    /** What is asked for; exactly one. */
    static final class Asked {
        @Option(
                names = "--dataset",
                paramLabel = "ID",
                description = "A dataset: content id (8 digits are enough), source id, name, or NAME@ID.")
        private String dataset;

        @Option(
                names = "--file",
                paramLabel = "DIGEST-or-PATH",
                description = "A file of a dataset or model: sha256:HEX, HEX, or the path of a copy.")
        private String file;

        @Option(names = "--group", paramLabel = "NAME", description = "A group of files in a dataset: a recording.")
        private String group;

        @Option(names = "--commit", paramLabel = "SHA", description = "A Git commit; 7 digits are enough.")
        private String commit;

        @Option(
                names = "--image",
                paramLabel = "REF",
                description = "A container image: repository, repository@sha256:HEX, or sha256:HEX.")
        private String image;

        @Option(
                names = "--model",
                paramLabel = "MODEL",
                description = "A model that others started from: NAME/VERSION, NAME@ALIAS, or its digest.")
        private String model;
    }

    FindCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (LineageSources sources = lineage.open(host)) {
            return find(sources, output.output(host));
        }
    }

    private int find(LineageSources sources, Output out) {
        LineageStore store = sources.store();
        RegisteredModels registered = sources.registered();
        List<RegisteredModels.Unknown> unknown = registered == null ? List.of() : registered.fetchAll();
        LineageQuery query = query(sources);
        List<LineageMatch> matches = store.find(query, includeEvaluation);
        FoundModels found = new FoundModels(
                FoundModels.Query.of(query),
                FoundModels.models(matches, registered),
                unknown,
                isByFile(query) ? store.datasetsWithoutFiles() : List.of());
        store.problems().forEach((file, reason) -> out.note("skipped " + file + ": " + reason));
        if (registered == null) {
            out.note("no MLflow server is named: aliases and versions without a record are not known");
        }
        out.result(found.text(), found);
        return 0;
    }

    private LineageQuery query(LineageSources sources) {
        if (asked.dataset != null) {
            return LineageQuery.dataset(asked.dataset);
        } else if (asked.file != null) {
            return LineageQuery.file(new DigestArgument(asked.file).ofFile(host));
        } else if (asked.group != null) {
            return LineageQuery.group(asked.group);
        } else if (asked.commit != null) {
            String commit = asked.commit.toLowerCase(Locale.ROOT);
            if (!COMMIT.matcher(commit).matches()) {
                throw MlopsException.usage("'" + asked.commit + "' is no commit: 7 to 64 hex digits are wanted");
            }
            return LineageQuery.commit(commit);
        } else if (asked.image != null) {
            return LineageQuery.image(asked.image);
        }
        return LineageQuery.model(sources.locate(host, asked.model).digest());
    }

    /** Whether the answer depends on knowing the files of datasets. */
    private static boolean isByFile(LineageQuery query) {
        return query instanceof LineageQuery.OfFile || query instanceof LineageQuery.OfGroup;
    }
}
