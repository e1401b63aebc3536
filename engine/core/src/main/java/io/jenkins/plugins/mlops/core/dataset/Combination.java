package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreePath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One dataset of several, each in a directory of its own; their files stay where they lie, in as many buckets. */
final class Combination {

    private static final String HEADER = "mlops-combined/1\n";

    private Combination() {}

    /**
     * @param parts by the directory that each gets; an empty one puts a part at the top
     * @throws MlopsException of kind USAGE when a directory is no path, or paths clash
     */
    static Manifest of(String name, Map<String, Manifest> parts) {
        SortedMap<String, Manifest> sorted = new TreeMap<>(TreePath.ORDER);
        sorted.putAll(parts);
        MessageDigest id = Digest.newSha256();
        id.update(HEADER.getBytes(StandardCharsets.UTF_8));
        List<Manifest.Entry> entries = new ArrayList<>();
        sorted.forEach((directory, part) -> {
            String below = directory.isEmpty() ? "" : TreePath.check(directory) + "/";
            id.update((part.source().id() + " " + directory + "\n").getBytes(StandardCharsets.UTF_8));
            part.entries().forEach(entry -> entries.add(moved(entry, below, part)));
        });
        return Manifest.of(
                name,
                new Manifest.Source(
                        SourceIds.COMBINED + Digest.finish(id),
                        sorted.entrySet().stream()
                                .map(part -> part.getKey() + "="
                                        + part.getValue().source().uri())
                                .collect(Collectors.joining(" "))),
                entries);
    }

    private static Manifest.Entry moved(Manifest.Entry entry, String below, Manifest part) {
        return new Manifest.Entry(
                below + entry.path(),
                entry.size(),
                entry.sha256(),
                entry.key(),
                entry.versionId(),
                entry.etag(),
                entry.group(),
                entry.bucket() == null ? part.bucket() : entry.bucket());
    }
}
