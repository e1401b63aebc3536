package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.registry.MetricPoint;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.RunArtifact;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.lineage.RunFacts.PictureUse;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Keeps with a build what a run of MLflow has to look at: the raster pictures among its artifacts, and the histories of its metrics.
 * Within limits, since training code may log whatever it likes; what is left out for them is told. Which file is a picture, its first
 * bytes say; names only say which is looked at first. For one run, by one thread.
 */
public final class RunGallery {

    private static final int MAX_FILES = 1000;
    private static final int MAX_LOOKED_AT = 100;
    private static final int MAX_PICTURES = 24;
    private static final long MAX_ALL_BYTES = 16L * 1024 * 1024;
    private static final int MAX_NAME = 200;

    private static final int MAX_METRICS = 40;
    private static final int MAX_POINTS = 20_000;

    private static final int MAX_NOTES = 5;

    private static final Pattern LIKE_PICTURE =
            Pattern.compile(".*\\.(png|jpe?g|gif|webp|svg|bmp|tiff?)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final MlflowServer server;
    private final TrackedRun run;
    private final Path directory;
    private final String id;
    private final long end;

    private final List<PictureUse> pictures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int unsaid;
    private String history;

    /**
     * @param directory of the build's record; what is kept is put below it
     * @param id of the use in the facts
     * @param patience nothing more is asked for after it
     */
    public RunGallery(
            @NonNull MlflowServer server,
            @NonNull TrackedRun run,
            @NonNull Path directory,
            @NonNull String id,
            @NonNull Duration patience) {
        this.server = server;
        this.run = run;
        this.directory = directory;
        this.id = id;
        this.end = System.nanoTime() + patience.toNanos();
    }

    /** What is kept, as the facts name it. */
    @NonNull
    public List<PictureUse> pictures() {
        return List.copyOf(pictures);
    }

    /** The file with the histories; null when there are none. */
    @CheckForNull
    public String history() {
        return history;
    }

    /** What was left out and why, a sentence each. */
    @NonNull
    public List<String> notes() {
        List<String> told = new ArrayList<>(notes);
        if (unsaid > 0) {
            told.add(unsaid + " more such things");
        }
        return told;
    }

    /** In place of what was kept of the use before. @throws MlopsException when the server fails: what came before it is kept */
    public void collectPictures() throws IOException {
        Path kept = emptied();
        List<RunArtifact> files = new ArrayList<>(server.someArtifacts(run, MAX_FILES));
        if (files.size() == MAX_FILES) {
            note("Of the run's files, only " + MAX_FILES + " are looked at for pictures");
        }
        files.sort(Comparator.comparing(file -> !isLikePicture(file)));
        long bytes = 0;
        int looked = 0;
        for (RunArtifact file : files) {
            if (file.size() == 0 || !isLikePicture(file) && file.size() > RasterFormat.MAX_BYTES) {
                continue;
            }
            String left = left(file, looked++, bytes);
            if (left != null) {
                if (isLikePicture(file)) {
                    note(left);
                }
                continue;
            }
            RasterFormat[] format = {null};
            Optional<byte[]> picture = server.readArtifact(
                    run, file.path(), (int) RasterFormat.MAX_BYTES, RasterFormat.HEAD_BYTES, head -> {
                        format[0] = RasterFormat.of(head);
                        return format[0] != null;
                    });
            if (picture.isPresent()) {
                String name = String.valueOf(pictures.size());
                Documents.writeAtomically(kept.resolve(name), picture.get());
                bytes += picture.get().length;
                pictures.add(new PictureUse(
                        name(file), "pictures/" + id + "/" + name, format[0].type(), picture.get().length));
            } else if (format[0] != null) {
                note(tooLarge(file));
            } else if (isLikePicture(file)) {
                note(name(file) + " is no PNG, JPEG, GIF or WebP picture");
            }
        }
    }

    /** Why a file is not looked at; null when it is. */
    @CheckForNull
    private String left(RunArtifact file, int looked, long bytes) {
        if (file.size() > RasterFormat.MAX_BYTES) {
            return tooLarge(file);
        }
        if (pictures.size() == MAX_PICTURES || bytes + file.size() > MAX_ALL_BYTES) {
            return name(file) + " is one too many: " + MAX_PICTURES + " pictures of " + (MAX_ALL_BYTES >> 20)
                    + " MiB together are kept";
        }
        if (looked >= MAX_LOOKED_AT) {
            return name(file) + " is one too many: " + MAX_LOOKED_AT + " files are looked at";
        }
        return isLate() ? name(file) + " was not looked at, since the server took long" : null;
    }

    private static String tooLarge(RunArtifact file) {
        return name(file) + " has more than " + (RasterFormat.MAX_BYTES >> 20) + " MiB";
    }

    /** @throws MlopsException when the server fails */
    public void collectHistory() throws IOException {
        // What the code logs itself first, then the numbers of evaluations and of the machine.
        List<String> names = run.metrics().keySet().stream()
                .sorted(Comparator.comparing((String name) -> name.startsWith("system/"))
                        .thenComparing(name -> name.startsWith("eval/"))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        Map<String, List<MetricPoint>> metrics = new LinkedHashMap<>();
        for (String name : names) {
            if (metrics.size() == MAX_METRICS || isLate()) {
                break;
            }
            List<MetricPoint> points = server.metricHistory(run.runId(), name, MAX_POINTS);
            if (points.size() >= MAX_POINTS) {
                note("Of the metric " + shortened(name) + ", only " + points.size() + " points are read");
            }
            metrics.put(name, points);
        }
        Figures figures = Figures.history(metrics, names.size() - metrics.size());
        if (figures.models().get(0).curves().isEmpty()) {
            return;
        }
        String file = "history-" + id + ".json";
        Documents.writeJson(directory.resolve(file), figures);
        history = file;
    }

    private boolean isLate() {
        return System.nanoTime() - end > 0;
    }

    private void note(String sentence) {
        if (notes.size() < MAX_NOTES) {
            notes.add(sentence);
        } else {
            unsaid++;
        }
    }

    private static boolean isLikePicture(RunArtifact file) {
        return LIKE_PICTURE.matcher(file.path().toLowerCase(Locale.ROOT)).matches();
    }

    private static String name(RunArtifact file) {
        return shortened(file.path());
    }

    private static String shortened(String name) {
        return PrintableText.of(name.length() <= MAX_NAME ? name : "..." + name.substring(name.length() - MAX_NAME));
    }

    /** Not with the directories above: whoever outlives a deleted build must not bring that back. */
    private Path emptied() throws IOException {
        Path all = directory.resolve("pictures");
        if (!Files.isDirectory(all)) {
            try {
                Files.createDirectory(all);
            } catch (FileAlreadyExistsException e) {
                // another step was faster
            }
        }
        Path own = all.resolve(id);
        FileTree.delete(own);
        return Files.createDirectory(own);
    }
}
