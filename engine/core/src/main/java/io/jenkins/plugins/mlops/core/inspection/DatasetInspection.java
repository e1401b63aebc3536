package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.GroupRule;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport.NotChecked;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport.SetSummary;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport.Verdict;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a set, alone or against another one. Bytes are read only of a set that has them, and only for what needs them: what two
 * manifests share is known without. Memory is some 150 bytes a file of a manifest, some 400 a file of a directory. For one check;
 * {@link #run} is interrupted as its thread is.
 */
public final class DatasetInspection {

    private static final int MAX_JOBS = 256;

    private final CheckSchema schema;
    private final int jobs;
    private final ProgressListener progress;
    private final FindingLog log = new FindingLog();
    private final List<NotChecked> notChecked = new ArrayList<>();

    /**
     * @param jobs files that are read at a time, 1 to 256
     * @throws MlopsException of kind USAGE for another number
     */
    public DatasetInspection(CheckSchema schema, int jobs, ProgressListener progress) {
        if (jobs < 1 || jobs > MAX_JOBS) {
            throw MlopsException.usage("The number of jobs is " + jobs + ": 1 to " + MAX_JOBS + " are possible");
        }
        this.schema = schema;
        this.jobs = jobs;
        this.progress = progress;
    }

    /**
     * Checks.
     *
     * @param against null for none
     * @throws MlopsException of kind USAGE when the schema asks for what cannot be known of these sets, FAILED when a set cannot be
     *     read, INTERRUPTED
     */
    public InspectionReport run(InspectedSet set, InspectedSet against) {
        try {
            return check(set, against);
        } catch (IOException e) {
            throw MlopsException.failed("Checking " + set.name() + " failed: " + e, e);
        }
    }

    private InspectionReport check(InspectedSet set, InspectedSet against) throws IOException {
        requireBytes(set, against);
        GroupRule rule = schema.rule();
        SetListing listing = new SetListing(set, true, schema.images().pattern(), rule);
        set.notFiles().forEach(path -> log.add(Kind.NOT_FILES, path, "is a link or a special file"));

        KeyTable contents = new KeyTable();
        Likeness duplicates = new Likeness(Kind.DUPLICATES, "has the bytes of", log);
        listing.read(log, progress, file -> {
            if (!set.hasBytes() && file.size() > 0) {
                same(contents, KeyTable.high(file.sha256()), KeyTable.low(file.sha256()), file.number(), duplicates);
            }
        });
        SetBytes bytes = null;
        if (set.hasBytes()) {
            bytes = new SetBytes(set, schema, log);
            bytes.read(listing.toRead, jobs, progress);
            for (SetFile file : listing.toRead) {
                if (bytes.isKnown(file.number())) {
                    int number = file.number();
                    same(contents, bytes.high(number), bytes.low(number), number, duplicates);
                }
            }
        }
        LabelScan labels = new LabelScan(set, listing, schema, log);
        labels.read(bytes, jobs, progress);

        List<Likeness> alike = new ArrayList<>(List.of(duplicates));
        LooksIndex looks = bytes == null || schema.nearDistance() == null ? null : near(listing, bytes, alike);
        SetSummary other = against == null ? null : leakage(against, listing, contents, looks, alike, rule);
        show(set, alike);
        noteWhatIsNotChecked(set, against, listing, labels);
        return report(summary(set, listing), other, labels, bytes, listing.samples);
    }

    /** What the schema asks for and nobody could answer is no pass. */
    private void requireBytes(InspectedSet set, InspectedSet against) {
        for (Kind kind : Kind.values()) {
            boolean needs = kind.needs() == Kind.Needs.IMAGES || kind.needs() == Kind.Needs.NEAR;
            if (needs && schema.asksFor(kind) && !set.hasBytes()) {
                throw needsFiles(kind, set);
            }
        }
        boolean wantsImages = schema.images().formats() != null
                || schema.images().width() != null
                || schema.images().height() != null
                || schema.images().channels() != null;
        if (wantsImages && !set.hasBytes()) {
            throw needsFiles(Kind.WRONG_IMAGES, set);
        }
        if (schema.nearDistance() != null && !set.hasBytes()) {
            throw needsFiles(Kind.NEAR_DUPLICATES, set);
        }
        if (schema.nearDistance() != null && against != null && !against.hasBytes()) {
            throw needsFiles(Kind.LEAKED_NEAR, against);
        }
    }

    private static MlopsException needsFiles(Kind kind, InspectedSet set) {
        return MlopsException.usage("The schema asks for " + kind.words() + ", for which the files are needed, and "
                + set.name() + " is a manifest: pull it and check the directory, or let the files be read (--read)");
    }

    private static void same(KeyTable contents, long high, long low, int number, Likeness duplicates) {
        int first = contents.putIfAbsent(high, low, number);
        if (first >= 0) {
            duplicates.add(number, first);
        }
    }

    /** Compares the set's images with each other; those of the same bytes are one. */
    private LooksIndex near(SetListing listing, SetBytes bytes, List<Likeness> alike) {
        KeyTable once = new KeyTable();
        int[] numbers = new int[listing.toRead.size()];
        long[] hashes = new long[numbers.length];
        int count = 0;
        for (SetFile file : listing.toRead) {
            int number = file.number();
            if (bytes.hasLooks(number) && once.putIfAbsent(0, bytes.looks(number), number) < 0) {
                numbers[count] = number;
                hashes[count++] = bytes.looks(number);
            }
        }
        LooksIndex index = new LooksIndex(Arrays.copyOf(hashes, count), Arrays.copyOf(numbers, count));
        Likeness near = new Likeness(Kind.NEAR_DUPLICATES, "looks like", log);
        alike.add(near);
        KeyTable seen = new KeyTable();
        for (SetFile file : listing.toRead) {
            int number = file.number();
            boolean copy =
                    bytes.isKnown(number) && seen.putIfAbsent(bytes.high(number), bytes.low(number), number) >= 0;
            if (bytes.hasLooks(number) && !copy) {
                requireNotInterrupted();
                int like = index.first(bytes.looks(number), schema.nearDistance(), number);
                if (like >= 0) {
                    near.add(number, like);
                }
            }
        }
        return index;
    }

    private SetSummary leakage(
            InspectedSet against,
            SetListing listing,
            KeyTable contents,
            LooksIndex looks,
            List<Likeness> alike,
            GroupRule rule)
            throws IOException {
        Likeness leaked = new Likeness(Kind.LEAKED_CONTENT, "has the bytes of", log);
        Likeness near = new Likeness(Kind.LEAKED_NEAR, "looks like", log);
        alike.add(leaked);
        alike.add(near);
        SetListing other = new SetListing(against, false, schema.images().pattern(), rule);
        // Empty files of the other set say nothing of this one.
        FindingLog ignored = new FindingLog();
        BitSet groups = new BitSet();
        other.read(ignored, progress, file -> {
            group(other.group(file), listing.groups, groups, file);
            if (!against.hasBytes() && file.size() > 0) {
                int like = contents.get(file.sha256());
                if (like >= 0) {
                    leaked.add(file.path(), like);
                }
            }
        });
        if (against.hasBytes()) {
            SetBytes bytes = new SetBytes(against, schema, ignored);
            if (looks == null) {
                bytes.hash(other.toRead, jobs, progress);
            } else {
                bytes.read(other.toRead, jobs, progress);
            }
            for (SetFile file : other.toRead) {
                int number = file.number();
                int like = file.size() == 0 || !bytes.isKnown(number)
                        ? -1
                        : contents.get(bytes.high(number), bytes.low(number));
                if (like >= 0) {
                    leaked.add(file.path(), like);
                } else if (looks != null && bytes.hasLooks(number)) {
                    requireNotInterrupted();
                    int similar = looks.first(bytes.looks(number), schema.nearDistance(), Integer.MAX_VALUE);
                    if (similar >= 0) {
                        near.add(file.path(), similar);
                    }
                }
            }
        }
        return summary(against, other);
    }

    private void group(String group, KeyTable ours, BitSet leaked, SetFile file) {
        int first = group == null ? -1 : ours.get(group);
        if (first >= 0 && !leaked.get(first)) {
            leaked.set(first);
            log.add(Kind.LEAKED_GROUPS, group, "is in both sets, in the other one with " + file.path());
        }
    }

    private static void show(InspectedSet set, List<Likeness> alike) throws IOException {
        Set<Integer> wanted = new HashSet<>();
        alike.forEach(likeness -> wanted.addAll(likeness.wanted()));
        Map<Integer, String> paths = set.paths(wanted);
        alike.forEach(likeness -> likeness.show(paths));
    }

    private void noteWhatIsNotChecked(InspectedSet set, InspectedSet against, SetListing listing, LabelScan labels) {
        for (Kind kind : Kind.values()) {
            String why =
                    switch (kind.needs()) {
                        case LIST -> null;
                        case IMAGES -> set.hasBytes() ? null : "the files are not here, only their list is";
                        case LABELS -> whyNoLabels(kind, set, labels);
                        case NEAR -> schema.nearDistance() == null ? "nearDistance is not set" : null;
                        case OTHER -> against == null ? "no other set is named" : null;
                        case OTHER_NEAR ->
                            against == null
                                    ? "no other set is named"
                                    : schema.nearDistance() == null ? "nearDistance is not set" : null;
                        case OTHER_GROUPS ->
                            against == null
                                    ? "no other set is named"
                                    : listing.groups.size() == 0
                                            ? "no file has a group: publish with --group-by, or give --group REGEX"
                                            : null;
                    };
            if (why != null) {
                notChecked.add(new NotChecked(kind, why));
            }
            boolean asked = schema.asksFor(kind)
                    || kind == Kind.LEAKED_GROUPS && schema.groupBy() != null
                    || kind == Kind.SMALL_CLASSES && schema.classes().minImages() != null;
            boolean unanswered = why != null
                    && asked
                    && (kind.needs() == Kind.Needs.LABELS || kind == Kind.LEAKED_GROUPS && against != null);
            if (unanswered) {
                throw MlopsException.usage("What is asked for, " + kind.words() + ", is not known: " + why);
            }
        }
    }

    private String whyNoLabels(Kind kind, InspectedSet set, LabelScan labels) {
        LabelFormat format = labels.format();
        if (format == LabelFormat.NONE) {
            return kind == Kind.IMAGES_WITHOUT_LABELS && schema.labels().format() == null && schema.asksFor(kind)
                    ? null
                    : "no labels were found";
        }
        if (kind == Kind.SMALL_CLASSES && schema.classes().minImages() == null) {
            return "classes.minImages is not set";
        }
        boolean byPath = format == LabelFormat.DIRECTORY
                || (format == LabelFormat.YOLO || format == LabelFormat.VOC)
                        && (kind == Kind.IMAGES_WITHOUT_LABELS || kind == Kind.LABELS_WITHOUT_IMAGES);
        return set.hasBytes() || byPath ? null : "the labels are not here, only the list of files is";
    }

    private InspectionReport report(
            SetSummary set, SetSummary against, LabelScan labels, SetBytes bytes, long samples) {
        List<Finding> findings = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (notChecked.stream().noneMatch(not -> not.kind() == kind)) {
                Limit limit = schema.limit(kind);
                long count = log.count(kind);
                findings.add(new Finding(kind, count, limit, limit.isBrokenBy(count, samples), log.examples(kind)));
            }
        }
        boolean broken = findings.stream().anyMatch(Finding::broken);
        List<ClassCount> classes = labels.classes();
        return new InspectionReport(
                InspectionReport.SCHEMA,
                broken ? Verdict.FAIL : Verdict.PASS,
                set,
                against,
                labels.format(),
                classes.subList(0, Math.min(classes.size(), InspectionReport.MAX_CLASSES)),
                labels.background(),
                bytes == null ? null : bytes.summary(),
                findings,
                notChecked);
    }

    private static SetSummary summary(InspectedSet set, SetListing listing) {
        return new SetSummary(
                set.name(),
                set.version() == null ? null : set.version().contentId(),
                set.size(),
                listing.bytes,
                listing.samples,
                listing.images,
                listing.groups.size());
    }

    private static void requireNotInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw MlopsException.interrupted("Checking");
        }
    }
}
