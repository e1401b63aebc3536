package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.dataset.GroupRule;
import io.jenkins.plugins.mlops.core.dataset.ProgressCount;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.document.GuardedMatch;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the list of a set's files says. Of sets whose bytes are not read no file is kept, so that their number does not matter. Not
 * thread-safe.
 */
final class SetListing {

    /** Names of directories that are no classes. */
    private static final Set<String> NO_CLASSES = Set.of(
            "images",
            "image",
            "imgs",
            "img",
            "jpegimages",
            "train",
            "training",
            "val",
            "valid",
            "validation",
            "test",
            "testing",
            "data",
            "dataset",
            "raw");

    /** Files after which the progress is told. */
    private static final int TOLD = 1024;

    private final InspectedSet set;
    private final boolean labels;
    private final Pattern imagePath;
    private final GroupRule rule;

    long bytes;
    long images;
    long samples;
    final KeyTable groups = new KeyTable();
    /** Of images, by what they share with their labels. */
    final KeyTable imageKeys = new KeyTable();
    /** Of texts that may be labels. */
    final KeyTable textKeys = new KeyTable();
    /** Of XML documents. */
    final KeyTable xmlKeys = new KeyTable();
    /** By the name of the directory that the image is in. */
    final ClassCounts directories = new ClassCounts();
    /** What to read, of a set whose bytes are there. */
    final List<SetFile> toRead = new ArrayList<>();

    final List<SetFile> labelFiles = new ArrayList<>();
    final List<SetFile> documents = new ArrayList<>();
    final List<SetFile> tables = new ArrayList<>();
    final List<SetFile> classNames = new ArrayList<>();

    /**
     * @param labels whether labels and classes are looked for
     * @param rule which group a file is in; null for what manifests say
     */
    SetListing(InspectedSet set, boolean labels, Pattern imagePath, GroupRule rule) {
        this.set = set;
        this.labels = labels;
        this.imagePath = imagePath;
        this.rule = rule;
    }

    /** Hears of the samples. */
    @FunctionalInterface
    interface Samples {
        void sample(SetFile file) throws IOException;
    }

    /** Goes through the set and notes what is in it. */
    void read(FindingLog log, ProgressListener progress, Samples each) throws IOException {
        ProgressCount count = new ProgressCount(progress, "listing " + set.name(), -1, -1);
        set.each(file -> {
            if (file.number() % TOLD == TOLD - 1) {
                count.add(TOLD, 0);
            }
            bytes += file.size();
            if (isSample(file)) {
                sample(file, log);
                each.sample(file);
            } else if (labels) {
                text(file);
            }
        });
    }

    private void sample(SetFile file, FindingLog log) {
        samples++;
        String group = group(file);
        if (group != null) {
            groups.putIfAbsent(group, file.number());
        }
        if (file.size() == 0) {
            log.add(Kind.EMPTY, file.path(), "has no bytes");
        }
        if (file.kind() == FileKind.IMAGE) {
            images++;
        }
        if (labels && file.kind() == FileKind.IMAGE) {
            imageKeys.putIfAbsent(LabelPaths.key(file.path()), file.number());
            String directory = LabelPaths.directory(file.path());
            if (directory != null) {
                directories.add(directory, 1, 1);
            }
        }
        if (set.hasBytes()) {
            toRead.add(file);
        }
    }

    private void text(SetFile file) {
        String suffix = FileKind.suffix(file.path());
        boolean label = suffix.equals("txt") && LabelPaths.mayBeLabel(file.path()) || suffix.equals("xml");
        if (label) {
            (suffix.equals("xml") ? xmlKeys : textKeys).putIfAbsent(LabelPaths.key(file.path()), file.number());
        }
        if (!set.hasBytes()) {
            return;
        }
        if (label) {
            labelFiles.add(file);
        } else if (suffix.equals("json")) {
            documents.add(file);
        } else if (suffix.equals("csv")) {
            tables.add(file);
        }
        if (ClassNames.maySay(file.path())) {
            classNames.add(file);
        }
    }

    /** Whether it is data, and not words about it. */
    boolean isSample(SetFile file) {
        return switch (file.kind()) {
            case TEXT -> false;
            case IMAGE -> imagePath == null || GuardedMatch.find(imagePath, file.path()) != null;
            case OTHER -> true;
        };
    }

    /** Null for none. */
    String group(SetFile file) {
        return rule == null ? file.group() : rule.group(file.path());
    }

    /** How many images have one of these labels. */
    long matched(KeyTable labels) {
        long[] missing = {0};
        imageKeys.eachMissingIn(labels, number -> missing[0]++);
        return imageKeys.size() - missing[0];
    }

    /** Whether directories may be classes: there are several that do not only sort files. */
    boolean hasClassDirectories() {
        return directories.counts(null).stream()
                        .filter(count -> !NO_CLASSES.contains(count.name().toLowerCase(Locale.ROOT)))
                        .count()
                > 1;
    }
}
