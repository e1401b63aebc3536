package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.registry.ForeignMoves;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops model show}. */
@Command(name = "show", description = "Show a model's versions and aliases; without a name, the registered models.")
final class ShowModelCommand implements Callable<Integer> {

    private static final int SHORT = 12;

    private final Host host;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The registered model.")
    private String name;

    @ArgGroup(exclusive = true)
    private Selection selection;

    private static final class Selection {
        @Option(
                names = "--version",
                required = true,
                paramLabel = "V",
                description = "Only this version, with its tags.")
        private Integer version;

        @Option(
                names = "--alias",
                required = true,
                paramLabel = "ALIAS",
                description = "Only the version it points to.")
        private String alias;
    }

    @Mixin
    private HelpOption help;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    ShowModelCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (MlflowServer server = registry.connect(host)) {
            if (name == null) {
                List<String> models = server.models();
                output.output(host)
                        .result(
                                models.isEmpty() ? "No model is registered" : String.join("\n", models),
                                Map.of("models", models));
            } else if (selection == null) {
                showAll(server);
            } else {
                showOne(server);
            }
            return 0;
        }
    }

    private void showAll(MlflowServer server) {
        List<ModelVersion> versions = server.versions(name);
        if (versions.isEmpty()) {
            throw MlopsException.usage("The model '" + name
                    + "' is not registered or has no version: 'mlops model show' lists" + " what is registered");
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("VERSION", "ALIASES", "CREATED", "COMMIT", "TRAINING DATA", "PROMOTED BY"));
        Map<String, Integer> aliases = new TreeMap<>();
        for (ModelVersion version : versions) {
            version.aliases().forEach(alias -> aliases.put(alias, version.version()));
            rows.add(List.of(
                    String.valueOf(version.version()),
                    String.join(", ", version.aliases()),
                    version.created()
                            .toString()
                            .substring(0, "2026-01-01T00:00".length())
                            .replace('T', ' '),
                    shortened(version.tags().get(RunTags.COMMIT)),
                    shortened(version.tags().get(RunTags.TRAINING_DATASET)),
                    promotedBy(version)));
        }
        List<String> foreign;
        try (EvidenceStore evidence = registry.evidence(host)) {
            foreign = ForeignMoves.of(server, evidence, name);
        }
        foreign.forEach(move -> output.output(host).note("note: " + move));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", name);
        document.put("aliases", aliases);
        document.put(
                "versions", versions.stream().map(ShowModelCommand::document).toList());
        document.put("notes", foreign);
        output.output(host).result(Columns.of(rows), document);
    }

    private void showOne(MlflowServer server) {
        Optional<ModelVersion> found = selection.alias == null
                ? server.version(name, selection.version)
                : server.byAlias(name, selection.alias);
        ModelVersion version = found.orElseThrow(() -> MlopsException.usage("The model '" + name + "' has no "
                + (selection.alias == null ? "version " + selection.version : "alias " + selection.alias)
                + ": 'mlops model show " + name + "' lists what there is"));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("version", String.valueOf(version.version())));
        rows.add(List.of("aliases", String.join(", ", version.aliases())));
        rows.add(List.of("created", version.created().toString()));
        rows.add(List.of("run", String.valueOf(version.runId())));
        rows.add(List.of("source", version.source()));
        new TreeMap<>(version.tags()).forEach((key, value) -> rows.add(List.of(key, value)));
        output.output(host).result(Columns.of(rows), document(version));
    }

    private static String promotedBy(ModelVersion version) {
        return version.tags().entrySet().stream()
                .filter(tag -> tag.getKey().startsWith("mlops.promotion.")
                        && tag.getKey().endsWith(".by"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    private static String shortened(String digest) {
        String text = digest == null ? "" : digest.replaceFirst("^sha256:", "");
        return text.length() > SHORT ? text.substring(0, SHORT) : text;
    }

    private static Map<String, Object> document(ModelVersion version) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", version.name());
        document.put("version", version.version());
        document.put("aliases", version.aliases());
        document.put("source", version.source());
        document.put("run", version.runId());
        document.put("created", version.created());
        document.put("tags", new TreeMap<>(version.tags()));
        return document;
    }
}
