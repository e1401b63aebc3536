package io.jenkins.plugins.mlops.core.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another process that uses a cache; tests kill it. */
final class CacheProcess implements AutoCloseable {

    /** Bytes of a part of what is published. */
    static final int PART = 500_000;

    private static final String READY = "ready";

    private final Process process;
    private final BufferedReader out;

    private CacheProcess(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** In the process. */
    public static void main(String[] arguments) throws IOException {
        DatasetCache cache = DatasetCache.at(Path.of(arguments[1]));
        switch (arguments[0]) {
            case "hold" -> {
                CacheLease lease = cache.lease();
                lease.hold(Stream.of(arguments).skip(2).map(Digest::parse).toList());
                waitFor(READY);
                lease.close();
            }
            case "gate" ->
                cache.holding(CacheLeases.GATE, () -> {
                    waitFor(READY);
                    return null;
                });
            case "evict" -> {
                System.out.println(READY);
                long evicted = 0;
                while (System.in.available() == 0) {
                    evicted += cache.evict(new EvictionLimits(0L, null), false, ProgressListener.NONE)
                            .evicted()
                            .files();
                }
                System.out.println(evicted);
            }
            case "pull" -> {
                try (ObjectStore store = connect(arguments[2])) {
                    PullResult result = new Datasets(store, cache)
                            .pull(
                                    DatasetReference.ofManifest(arguments[3]),
                                    Path.of(arguments[4]),
                                    PullOptions.DEFAULT,
                                    ProgressListener.NONE);
                    System.out.println(result.downloadedFiles());
                }
            }
            case "publish" -> {
                try (ObjectStore store = connect(arguments[2])) {
                    PublishResult result = new DatasetPublication(
                                    store,
                                    cache,
                                    "demo",
                                    S3Uri.parse("s3://data/store"),
                                    DatasetPolicy.ANYTHING,
                                    PublishOptions.DEFAULT,
                                    ProgressListener.NONE,
                                    PART,
                                    Clock.offset(Clock.systemUTC(), Duration.ofSeconds(10)))
                            .run(Path.of(arguments[3]));
                    System.out.println(result.uploadedFiles());
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static ObjectStore connect(String endpoint) {
        return ObjectStore.connect(new ObjectStoreSettings(
                URI.create(endpoint), "us-east-1", new ObjectStoreSettings.Credentials("id", "secret", null)));
    }

    private static void waitFor(String said) {
        System.out.println(said);
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CacheProcess start(String... arguments) throws IOException {
        return start(List.of(), System.getProperty("java.class.path"), arguments);
    }

    /** @param as what runs the command as another user */
    static CacheProcess start(List<String> as, String classPath, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(as);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                CacheProcess.class.getName()));
        command.addAll(List.of(arguments));
        return new CacheProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Copies the class path of this process to where any user may read it. */
    static String publicClassPath(Path into) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
            Path from = Path.of(entry);
            Path to = into.resolve(entries.size() + (Files.isDirectory(from) ? "" : ".jar"));
            if (!Files.exists(from)) {
                continue;
            }
            if (Files.isDirectory(from)) {
                try (Stream<Path> files = Files.walk(from)) {
                    for (Path file : files.toList()) {
                        Files.copy(file, to.resolve(from.relativize(file).toString()));
                    }
                }
            } else {
                Files.copy(from, to);
            }
            entries.add(to.toString());
        }
        return String.join(System.getProperty("path.separator"), entries);
    }

    CacheProcess awaitReady() throws IOException {
        assertThat(out.readLine()).isEqualTo(READY);
        return this;
    }

    /** Kills it as nothing can prepare for. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    /** Lets it end; returns what it said. */
    String end() throws IOException, InterruptedException {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException ended) {
            return await();
        }
        return await();
    }

    /** Waits for its end; returns what it said. */
    String await() throws InterruptedException {
        String said = out.lines().collect(Collectors.joining("\n"));
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return said;
    }

    int exitCode() {
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
