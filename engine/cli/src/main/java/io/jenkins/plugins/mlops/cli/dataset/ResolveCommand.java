package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.progress.Amounts;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mlops dataset resolve}. */
@Command(
        name = "resolve",
        description = {
            "Say which version of a dataset is meant, without moving its data.",
            "The version of a prefix is known only when this cache read the same state before."
        },
        mixinStandardHelpOptions = true)
final class ResolveCommand implements Callable<Integer> {

    private final Host host;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private SourceOptions source;

    ResolveCommand(Host host) {
        this.host = host;
    }

    private record Document(String name, String source, String uri, String version, long files, long bytes) {}

    @Override
    public Integer call() {
        DatasetVersion version;
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            version = new Datasets(store, cache.cache(host)).resolve(source.reference(host));
        }
        String content =
                version.contentId() == null ? null : version.contentId().toString();
        String text = version.name() + " " + (content == null ? "(version not known yet)" : content) + "\n  "
                + version.sourceId() + "\n  " + version.source() + "\n  "
                + Amounts.filesAndBytes(version.files(), version.bytes());
        output.output(host)
                .result(
                        text,
                        new Document(
                                version.name(),
                                version.sourceId(),
                                version.source(),
                                content,
                                version.files(),
                                version.bytes()));
        return 0;
    }
}
