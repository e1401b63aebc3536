package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Compares a directory with a manifest: every file is read, and every other one is reported. */
final class DirectoryVerification {

    private final Path path;
    private final int jobs;
    private final ProgressListener progress;

    DirectoryVerification(Path path, int jobs, ProgressListener progress) {
        this.path = path;
        this.jobs = PullOptions.requireJobs(jobs);
        this.progress = progress;
    }

    DatasetCheck run() throws IOException {
        PulledDirectory directory = new PulledDirectory(path);
        if (!Files.isDirectory(path) || !directory.isOurs()) {
            throw MlopsException.usage("The directory " + path
                    + " was not made by 'mlops dataset pull', so there is nothing to" + " compare it with");
        }
        PullMarker marker = directory.marker();
        Manifest manifest = directory.manifest();
        List<DatasetCheck.Problem> problems = new ArrayList<>();
        if (!marker.version().equals(manifest.content())) {
            problems.add(new DatasetCheck.Problem(
                    PulledDirectory.OWN_NAME,
                    "its manifest is of " + manifest.content() + ", not of the version pulled"));
        }
        return compare(manifest, marker.version(), marker.selection(), problems);
    }

    /** Compares a directory that something else has made, such as a mounted volume. */
    DatasetCheck against(Manifest manifest) throws IOException {
        if (!Files.isDirectory(path)) {
            throw MlopsException.usage("The directory " + path + " does not exist");
        }
        return compare(manifest, manifest.content(), Selection.ALL, List.of());
    }

    private DatasetCheck compare(
            Manifest manifest, Digest version, Selection selection, List<DatasetCheck.Problem> known)
            throws IOException {
        List<DatasetCheck.Problem> problems = Collections.synchronizedList(new ArrayList<>(known));
        List<Manifest.Entry> entries = selection.of(manifest.entries());
        long bytes = DatasetPull.size(entries);
        ProgressCount count = new ProgressCount(progress, "verifying", entries.size(), bytes);
        DirectoryComparison comparison = new DirectoryComparison(path, entries.iterator());
        new Workers("Verifying " + path, jobs, () -> {}).forEach(comparison, pair -> {
            String problem = pair.entry() == null ? "is not part of the dataset" : problem(pair.entry(), pair.found());
            if (problem != null) {
                problems.add(new DatasetCheck.Problem(
                        pair.entry() == null
                                ? pair.found().path()
                                : pair.entry().path(),
                        problem));
            }
            if (pair.entry() != null) {
                count.add(1, pair.entry().size());
            }
        });
        problems.sort(Comparator.comparing(DatasetCheck.Problem::path));
        return new DatasetCheck(version, selection, entries.size(), bytes, problems);
    }

    private static String problem(Manifest.Entry entry, DirectoryWalk.Found found) throws IOException {
        if (found == null) {
            return "is missing";
        }
        if (!found.attributes().isRegularFile()) {
            return "is not a regular file";
        }
        if (found.attributes().size() != entry.size()) {
            return "has " + found.attributes().size() + " bytes, not " + entry.size();
        }
        return Digest.of(found.file()).equals(entry.sha256()) ? null : "has other bytes than the dataset";
    }
}
