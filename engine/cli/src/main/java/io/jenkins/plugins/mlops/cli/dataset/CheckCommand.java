package io.jenkins.plugins.mlops.cli.dataset;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.OwnDirectory;
import io.jenkins.plugins.mlops.cli.ProgressPrinter;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PullOptions;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.inspection.CheckSchema;
import io.jenkins.plugins.mlops.core.inspection.DatasetInspection;
import io.jenkins.plugins.mlops.core.inspection.InspectedSet;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport;
import io.jenkins.plugins.mlops.core.inspection.InspectionText;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mlops dataset check}. */
@Command(
        name = "check",
        description = {
            "Check a set of images: what is in it, what of it is broken, and what it shares with another set.",
            "Of a manifest only what its list of files says; of a directory the files, too. The exit code is 3 when a rule"
                    + " is broken."
        },
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {

    private static final int SHOWN = 10;

    private final Host host;

    @Parameters(paramLabel = "SET", description = "A manifest (a file or s3://....json) or a directory, pulled or not.")
    private String set;

    @Option(
            names = "--against",
            paramLabel = "SET",
            description = "Another one, with which it may have nothing in common.")
    private String against;

    @Option(
            names = {"--group", "--group-by"},
            paramLabel = "group|REGEX",
            description =
                    "Which group (recording) a file is in: 'group' for what manifests say (the default), or a regular"
                            + " expression that is looked for in its path, such as '^([^/]+)/'.")
    private String group;

    @Option(names = "--schema", paramLabel = "FILE", description = "What the set should be: check.yaml, YAML or JSON.")
    private Path schema;

    @Option(
            names = "--near",
            paramLabel = "N",
            description = "Also find images that look alike: whose hashes differ in at most N of 64 bits, 0 to 11.")
    private Integer near;

    @Option(names = "--read", description = "Pull manifests through the cache, so that their files are looked at, too.")
    private boolean read;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the report there with up to 1000 examples of each kind: JSON (.json), else text.")
    private Path report;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "4",
            description = "Files read at a time (default: ${DEFAULT-VALUE}).")
    private int jobs;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private CacheOptions cache;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private LineageStoreOption lineageStore;

    @Mixin
    private OutputOptions output;

    private final Deque<Path> temporary = new ArrayDeque<>();

    CheckCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        Output out = output.output(host);
        CheckSchema wanted =
                (schema == null ? CheckSchema.DEFAULT : CheckSchema.read(host.resolve(schema))).with(group, near);
        InspectionReport result;
        try (ProgressPrinter progress = out.progress()) {
            InspectedSet first = open(set, progress);
            InspectedSet second = against == null ? null : open(against, progress);
            result = new DatasetInspection(wanted, jobs, progress).run(first, second);
        } finally {
            clear(out);
        }
        write(result, out);
        out.result(InspectionText.of(result, SHOWN), result);
        return result.passed() ? 0 : MlopsException.Kind.GATE_FAILED.exitCode();
    }

    private InspectedSet open(String named, ProgressListener progress) {
        if (!S3Uri.isS3(named) && Files.isDirectory(host.resolve(Path.of(named)))) {
            return InspectedSet.ofDirectory(host.resolve(Path.of(named)), named);
        }
        DatasetReference reference = DatasetReference.parse(named).relativeTo(host.directory());
        if (reference.manifest() == null) {
            throw MlopsException.usage(
                    named + " is a prefix: write a manifest of it with 'mlops dataset snapshot', and" + " check that");
        }
        if (read) {
            return pulled(reference, named, progress);
        }
        if (!S3Uri.isS3(named)) {
            return InspectedSet.ofManifest(Path.of(reference.manifest()), named);
        }
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            Path file = Files.createTempFile("mlops-manifest", ".json");
            temporary.push(file);
            new Datasets(store, cache.cache(host)).manifestInto(file, S3Uri.parse(reference.manifest()));
            return InspectedSet.ofManifest(file, named);
        } catch (IOException e) {
            throw MlopsException.failed(
                    "The manifest " + named + " cannot be kept for the check: " + e.getMessage(), e);
        }
    }

    private InspectedSet pulled(DatasetReference reference, String named, ProgressListener progress) {
        Path directory = OwnDirectory.of(host, "checks", UUID.randomUUID());
        temporary.push(directory);
        try (ObjectStore store = ObjectStore.connect(servers.objectStore(host))) {
            new Datasets(store, cache.cache(host), evidence.withdrawals(host, servers, lineageStore.open(host)))
                    .pull(reference, directory, PullOptions.DEFAULT, progress);
        }
        return InspectedSet.ofDirectory(directory, named);
    }

    private void write(InspectionReport result, Output out) {
        if (report == null) {
            return;
        }
        try {
            InspectionText.write(result, host.resolve(report));
            out.note("report in " + report);
        } catch (IOException e) {
            throw MlopsException.failed("The report cannot be written to " + report + ": " + e.getMessage(), e);
        }
    }

    private void clear(Output out) {
        // What was interrupted is cleared, too.
        boolean interrupted = Thread.interrupted();
        for (Path path : temporary) {
            try {
                FileTree.delete(path);
            } catch (IOException e) {
                out.note(path + " is left: " + e.getMessage());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
