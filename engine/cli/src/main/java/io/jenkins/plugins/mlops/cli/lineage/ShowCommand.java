package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.lineage.ModelLocator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mlops lineage show}: everything that is known of a model. */
@Command(
        name = "show",
        description = "Show where a model comes from and who let it through.",
        mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {

    private final Host host;

    @Parameters(paramLabel = "MODEL", description = "NAME/VERSION, NAME@ALIAS, a digest, or the file of a record.")
    private String model;

    @Mixin
    private LineageOptions lineage;

    @Mixin
    private OutputOptions output;

    ShowCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        try (LineageSources sources = lineage.open(host)) {
            return show(sources);
        }
    }

    private int show(LineageSources sources) {
        ModelLocator.Located located = sources.locate(host, model);
        ModelDocument document = new ModelDocumentBuilder(sources.store(), sources.registered()).build(located);
        if (document.records().isEmpty()) {
            throw MlopsException.usage(
                    "No record in " + sources.store().directory() + " speaks of the model " + located.digest());
        }
        output.output(host).result(new ModelPage(document).text(), document);
        return 0;
    }
}
