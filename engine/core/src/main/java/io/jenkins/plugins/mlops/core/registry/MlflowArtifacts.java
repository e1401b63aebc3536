package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectContent;
import io.jenkins.plugins.mlops.core.store.ObjectPin;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import okhttp3.Response;

/**
 * Files of runs: through the server's artifact proxy, or straight to the object store where the artifact root is
 * {@code s3://}. After an upload the size that arrived is compared; a download appears whole or not at all. Thread-safe.
 */
final class MlflowArtifacts {

    private static final String PROXY_SCHEME = "mlflow-artifacts";

    /** What one request to an object store lists. */
    private static final int MOST = 1000;

    private static final int MOST_DIRECTORIES = 100;

    private final MlflowRest rest;
    private final MlflowCalls calls;
    private final ObjectStore store;

    /** @param store where {@code s3://} roots lie, or null */
    MlflowArtifacts(MlflowRest rest, MlflowCalls calls, ObjectStore store) {
        this.rest = rest;
        this.calls = calls;
        this.store = store;
    }

    void upload(TrackedRun run, Path fileOrDirectory, String artifactPath) {
        TreePath.check(artifactPath);
        SortedMap<String, Path> files = files(fileOrDirectory, artifactPath);
        files.forEach((path, file) -> send(run, path, file));
        Map<String, Long> arrived = new LinkedHashMap<>();
        list(run, artifactPath, arrived);
        files.forEach((path, file) -> {
            Long size = arrived.get(path);
            if (size == null || size != size(file)) {
                throw MlopsException.failed("Uploading " + path + " to run " + run.runId() + " failed: "
                        + (size == null ? "it did not arrive" : size + " of " + size(file) + " bytes arrived")
                        + "; try again");
            }
        });
    }

    private void send(TrackedRun run, String path, Path file) {
        if (S3Uri.isS3(run.artifactUri())) {
            try {
                store(run).put(S3Uri.parse(run.artifactUri()).resolve(path), LocalFile.read(file));
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        } else {
            calls.require("Uploading " + path, () -> {
                rest.putArtifact(proxied(run, path), file);
                return true;
            });
        }
    }

    /** Paths below {@code artifactPath}, relative to it. */
    List<String> list(TrackedRun run, String artifactPath) {
        Map<String, Long> found = new TreeMap<>();
        list(run, artifactPath, found);
        String prefix = artifactPath.isEmpty() ? "" : artifactPath + "/";
        return found.keySet().stream()
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()))
                .toList();
    }

    /**
     * Files of the run, those nearest to its root first. Names that would be refused elsewhere are passed over.
     *
     * @param most how many at most, 1 to {@value #MOST}; where files lie in many directories, fewer may be found
     */
    List<RunArtifact> some(TrackedRun run, int most) {
        if (S3Uri.isS3(run.artifactUri())) {
            S3Uri root = S3Uri.parse(run.artifactUri()).resolve("");
            return store(run).after(root, root.key(), Math.min(most, MOST)).stream()
                    .map(object -> new RunArtifact(
                            object.location().key().substring(root.key().length()), object.size()))
                    .filter(file -> isTreePath(file.path()))
                    .toList();
        }
        List<RunArtifact> found = new ArrayList<>();
        Deque<String> directories = new ArrayDeque<>(List.of(""));
        for (int asked = 0; asked < MOST_DIRECTORIES && !directories.isEmpty() && found.size() < most; asked++) {
            String directory = directories.remove();
            for (JsonNode file : entries(run, directory)) {
                String path = file.path("path").asText();
                if (!isTreePath(path) || !directory.isEmpty() && !path.startsWith(directory + "/")) {
                    continue;
                }
                if (!file.path("is_dir").asBoolean()) {
                    found.add(new RunArtifact(path, file.path("file_size").asLong()));
                } else if (directories.size() < MOST_DIRECTORIES) {
                    directories.add(path);
                }
            }
        }
        return found.subList(0, Math.min(most, found.size()));
    }

    private static boolean isTreePath(String path) {
        try {
            TreePath.check(path);
            return true;
        } catch (MlopsException e) {
            return false;
        }
    }

    /**
     * The bytes of a small file whose beginning is wanted; of others no more than that is read.
     *
     * @param head how long the beginning is that is looked at
     * @return empty when the beginning is not wanted, or the file has more than {@code maxBytes}
     */
    Optional<byte[]> read(TrackedRun run, String path, int maxBytes, int head, Predicate<byte[]> wanted) {
        TreePath.check(path);
        if (!S3Uri.isS3(run.artifactUri())) {
            return calls.require("Reading " + path, () -> {
                try (Response response = rest.openArtifact(proxied(run, path));
                        InputStream in = response.body().byteStream()) {
                    return bounded(in, maxBytes, head, wanted);
                }
            });
        }
        S3Uri object = S3Uri.parse(run.artifactUri()).resolve(path);
        try (ObjectContent content = store(run).open(ObjectPin.latest(object), 0)) {
            return bounded(content.stream(), maxBytes, head, wanted);
        } catch (IOException e) {
            throw MlopsException.failed("Reading " + object + " failed: " + e.getMessage(), e);
        }
    }

    byte[] read(TrackedRun run, String path, int maxBytes) {
        TreePath.check(path);
        if (S3Uri.isS3(run.artifactUri())) {
            return store(run).read(S3Uri.parse(run.artifactUri()).resolve(path), maxBytes);
        }
        return read(run, path, maxBytes, 0, begin -> true)
                .orElseThrow(() -> MlopsException.failed("The artifact " + path + " of run " + run.runId()
                        + " has more than " + maxBytes + " bytes and is not read"));
    }

    private static Optional<byte[]> bounded(InputStream in, int maxBytes, int head, Predicate<byte[]> wanted)
            throws IOException {
        byte[] begin = in.readNBytes(Math.min(head, maxBytes));
        if (!wanted.test(begin)) {
            return Optional.empty();
        }
        byte[] rest = in.readNBytes(maxBytes - begin.length);
        if (in.read() >= 0) {
            return Optional.empty();
        }
        byte[] bytes = Arrays.copyOf(begin, begin.length + rest.length);
        System.arraycopy(rest, 0, bytes, begin.length, rest.length);
        return Optional.of(bytes);
    }

    void download(TrackedRun run, String artifactPath, Path into, long maxBytes) {
        TreePath.check(artifactPath);
        Map<String, Long> found = new TreeMap<>();
        list(run, artifactPath, found);
        if (found.isEmpty()) {
            throw MlopsException.failed("Run " + run.runId() + " has no artifact '" + artifactPath
                    + "': it was not uploaded or was deleted");
        }
        long bytes = found.values().stream().mapToLong(Long::longValue).sum();
        if (bytes > maxBytes) {
            throw MlopsException.usage("The artifact '" + artifactPath + "' of run " + run.runId() + " has " + bytes
                    + " bytes, more than the " + maxBytes + " that are taken here, and is not downloaded");
        }
        boolean single = found.containsKey(artifactPath);
        int cut = single ? artifactPath.lastIndexOf('/') + 1 : artifactPath.length() + 1;
        try {
            Files.createDirectories(into);
            Path staging = Files.createTempDirectory(into, ".mlops-download");
            try {
                for (Map.Entry<String, Long> artifact : found.entrySet()) {
                    Path file = staging.resolve(artifact.getKey().substring(cut));
                    makeParent(file);
                    fetch(run, artifact.getKey(), artifact.getValue(), file);
                }
                moveAll(staging, into);
            } finally {
                FileTree.delete(staging);
            }
        } catch (IOException e) {
            throw MlopsException.failed(
                    "Downloading '" + artifactPath + "' of run " + run.runId() + " into " + into + " failed: "
                            + e.getMessage(),
                    e);
        }
    }

    private void fetch(TrackedRun run, String path, long size, Path file) throws IOException {
        if (S3Uri.isS3(run.artifactUri())) {
            store(run).download(S3Uri.parse(run.artifactUri()).resolve(path), file);
        } else {
            calls.require("Downloading " + path, () -> {
                try (Response response = rest.openArtifact(proxied(run, path));
                        InputStream in = response.body().byteStream()) {
                    copy(in, file);
                }
                if (Files.size(file) != size) {
                    throw new EOFException(Files.size(file) + " of " + size + " bytes came");
                }
                return true;
            });
        }
        if (Files.size(file) != size) {
            throw new EOFException(path + " has " + Files.size(file) + " bytes, " + size + " were announced");
        }
    }

    /** A failing disk is told as what it is, and not tried again as if the server had failed. */
    static void copy(InputStream in, Path file) throws IOException {
        try (OutputStream out = opened(file)) {
            byte[] buffer = new byte[1 << 16];
            int n;
            while ((n = in.read(buffer)) >= 0) {
                written(out, buffer, n, file);
            }
        }
    }

    private static OutputStream opened(Path file) {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static void written(OutputStream out, byte[] buffer, int length, Path file) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static MlopsException unwritable(Path file, IOException e) {
        return MlopsException.failed(
                "Writing " + file + " failed: " + e.getMessage() + "; look at the disk's room and rights", e);
    }

    /** Puts the files at or below the path, by path and size. */
    private void list(TrackedRun run, String path, Map<String, Long> files) {
        if (S3Uri.isS3(run.artifactUri())) {
            S3Uri root = S3Uri.parse(run.artifactUri());
            int cut = root.resolve("").key().length();
            store(run).list(root.resolve(path), object -> {
                String found = object.location().key().substring(cut);
                if (path.isEmpty() || found.equals(path) || found.startsWith(path + "/")) {
                    files.put(TreePath.check(found), object.size());
                }
            });
            return;
        }
        listDirectory(run, path, files);
        if (files.isEmpty() && !path.isEmpty()) {
            // The server lists what is in a directory; a single file is told by its directory.
            Map<String, Long> siblings = new TreeMap<>();
            listEntries(run, path.substring(0, Math.max(0, path.lastIndexOf('/'))), siblings, new ArrayList<>());
            if (siblings.containsKey(path)) {
                files.put(path, siblings.get(path));
            }
        }
    }

    private void listDirectory(TrackedRun run, String path, Map<String, Long> files) {
        List<String> directories = new ArrayList<>();
        listEntries(run, path, files, directories);
        directories.forEach(directory -> listDirectory(run, directory, files));
    }

    private void listEntries(TrackedRun run, String path, Map<String, Long> files, List<String> directories) {
        for (JsonNode file : entries(run, path)) {
            String found = TreePath.check(file.path("path").asText());
            if (!path.isEmpty() && !found.startsWith(path + "/")) {
                continue;
            }
            if (!file.path("is_dir").asBoolean()) {
                files.put(found, file.path("file_size").asLong());
            } else {
                directories.add(found);
            }
        }
    }

    /** Files and directories in a directory, as the server says. */
    private List<JsonNode> entries(TrackedRun run, String path) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("run_id", run.runId());
        if (!path.isEmpty()) {
            query.put("path", path);
        }
        List<JsonNode> entries = new ArrayList<>();
        String token = "";
        do {
            if (!token.isEmpty()) {
                query.put("page_token", token);
            }
            JsonNode answer = calls.require("Listing artifacts", () -> rest.get("artifacts/list", query));
            answer.path("files").forEach(entries::add);
            token = answer.path("next_page_token").asText("");
        } while (!token.isEmpty());
        return entries;
    }

    private ObjectStore store(TrackedRun run) {
        if (store == null) {
            throw MlopsException.usage("The artifacts of run " + run.runId() + " lie in " + run.artifactUri()
                    + ", but no object store is configured: set AWS_ENDPOINT_URL_S3 and the AWS_* credentials");
        }
        return store;
    }

    private static String proxied(TrackedRun run, String path) {
        URI root = URI.create(run.artifactUri());
        if (!PROXY_SCHEME.equals(root.getScheme())) {
            throw MlopsException.failed("The artifacts of run " + run.runId() + " lie in " + run.artifactUri()
                    + ", which can be reached neither over the server nor as s3://:"
                    + " start the MLflow server with --serve-artifacts or an s3:// artifact root");
        }
        return root.getPath().replaceFirst("^/+", "").replaceFirst("/+$", "") + "/" + path;
    }

    private static SortedMap<String, Path> files(Path fileOrDirectory, String artifactPath) {
        SortedMap<String, Path> files = new TreeMap<>();
        if (Files.isRegularFile(fileOrDirectory)) {
            files.put(artifactPath, fileOrDirectory);
            return files;
        }
        try (Stream<Path> below = Files.walk(fileOrDirectory)) {
            for (Path path : below.toList()) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    String relative =
                            fileOrDirectory.relativize(path).toString().replace('\\', '/');
                    files.put(TreePath.check(artifactPath + "/" + relative), path);
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw MlopsException.usage(path + " is neither a file nor a directory and cannot be uploaded");
                }
            }
        } catch (IOException e) {
            throw unreadable(fileOrDirectory, e);
        }
        return files;
    }

    private static void moveAll(Path from, Path into) throws IOException {
        try (Stream<Path> below = Files.walk(from)) {
            for (Path file : below.filter(Files::isRegularFile).toList()) {
                Path target = into.resolve(from.relativize(file).toString());
                makeParent(target);
                Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void makeParent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static MlopsException unreadable(Path file, IOException e) {
        return MlopsException.failed(file + " cannot be read: " + e.getMessage(), e);
    }
}
