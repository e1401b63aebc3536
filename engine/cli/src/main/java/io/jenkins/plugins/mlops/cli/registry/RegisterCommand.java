package io.jenkins.plugins.mlops.cli.registry;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.Registrar;
import io.jenkins.plugins.mlops.core.registry.RunTags;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops model register}. */
@Command(
        name = "register",
        description =
                "Make a finished run's model a version of a registered model; a second call finds the first one's version.",
        mixinStandardHelpOptions = true)
final class RegisterCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(index = "0", paramLabel = "NAME", description = "The registered model; made when it is missing.")
    private String name;

    @Option(names = "--run", required = true, paramLabel = "ID", description = "The MLflow run that trained the model.")
    private String run;

    @Option(
            names = "--artifact",
            paramLabel = "PATH",
            defaultValue = "model",
            description = "Where the model lies among the run's artifacts (${DEFAULT-VALUE}).")
    private String artifact;

    @Mixin
    private RegistryOptions registry;

    @Mixin
    private OutputOptions output;

    RegisterCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (MlflowServer server = registry.connect(host)) {
            ModelVersion version =
                    new Registrar(server, registry.lineage(host)).register(name, run, artifact, registry.by(host));
            String digest = version.tags().get(RunTags.MODEL_DIGEST);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("name", version.name());
            document.put("version", version.version());
            document.put("source", version.source());
            document.put("run", version.runId());
            document.put("digest", digest);
            document.put("tags", new TreeMap<>(version.tags()));
            output.output(host)
                    .result(
                            "Registered " + version.name() + " version " + version.version() + "\n"
                                    + (digest == null
                                            ? "  without lineage: the run has no mlops.model.digest"
                                            : "  " + digest),
                            document);
            return 0;
        }
    }
}
