package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.dataset.ProgressCount;
import io.jenkins.plugins.mlops.core.dataset.Workers;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Holds the labels of a set against its images, and reads them where their bytes are there. Not thread-safe. */
final class LabelScan {

    /** A label of one image that is larger is none. */
    private static final long MAX_LABEL = 16 * 1024 * 1024;

    private final InspectedSet set;
    private final SetListing listing;
    private final CheckSchema schema;
    private final FindingLog log;
    private final ClassCounts classes = new ClassCounts();
    private final AtomicLong background = new AtomicLong();
    private LabelFormat format;
    private List<String> names;

    LabelScan(InspectedSet set, SetListing listing, CheckSchema schema, FindingLog log) {
        this.set = set;
        this.listing = listing;
        this.schema = schema;
        this.log = log;
    }

    LabelFormat format() {
        return format;
    }

    /** Names of directories are known of a list, the rest is in files. */
    boolean classesKnown() {
        return format == LabelFormat.DIRECTORY || format != LabelFormat.NONE && set.hasBytes();
    }

    long background() {
        return background.get();
    }

    /** Empty when they are not known. */
    List<ClassCount> classes() {
        return !classesKnown() ? List.of() : classes.counts(names);
    }

    /** @param bytes of the images, null when they were not read */
    void read(SetBytes bytes, int jobs, ProgressListener progress) throws IOException {
        format = schema.labels().format() == null ? found() : schema.labels().format();
        names = schema.classes().names();
        switch (format) {
            case DIRECTORY -> directories();
            case YOLO -> {
                beside(listing.textKeys, "txt");
                if (set.hasBytes()) {
                    names = names == null ? namesOfSet() : names;
                    parse("txt", jobs, progress, (file, text, problems) -> YoloLabel.read(text, names, problems));
                }
            }
            case VOC -> {
                beside(listing.xmlKeys, "xml");
                if (set.hasBytes()) {
                    parse("xml", jobs, progress, (file, text, problems) -> {
                        int image = listing.imageKeys.get(LabelPaths.key(file.path()));
                        return VocLabel.read(
                                text,
                                names,
                                image < 0 ? 0 : bytes.width(image),
                                image < 0 ? 0 : bytes.height(image),
                                problems);
                    });
                }
            }
            case COCO -> documents();
            case CSV -> tables();
            case NONE -> none();
        }
        smallClasses();
    }

    private LabelFormat found() throws IOException {
        if (listing.matched(listing.xmlKeys) > 0) {
            return LabelFormat.VOC;
        }
        if (listing.matched(listing.textKeys) > 0) {
            return LabelFormat.YOLO;
        }
        for (SetFile document : listing.documents) {
            if (CocoDocument.is(set.file(document.path()))) {
                return LabelFormat.COCO;
            }
        }
        for (SetFile table : listing.tables) {
            if (new LabelTable(set.file(table.path()), schema.labels()).hasImages()) {
                return LabelFormat.CSV;
            }
        }
        return listing.hasClassDirectories() ? LabelFormat.DIRECTORY : LabelFormat.NONE;
    }

    private void directories() throws IOException {
        List<ClassCount> counts = listing.directories.counts(null);
        long inDirectories = 0;
        for (ClassCount count : counts) {
            inDirectories += count.images();
            classes.add(count.name(), count.images(), count.objects());
            if (names != null && !names.contains(count.name())) {
                log.count(Kind.BAD_LABELS, count.images());
                log.example(
                        Kind.BAD_LABELS,
                        count.name(),
                        "the class is not there, and " + count.images() + " images are in its directory");
            }
        }
        if (inDirectories < listing.images) {
            set.each(file -> {
                if (isImage(file) && LabelPaths.directory(file.path()) == null) {
                    log.add(Kind.IMAGES_WITHOUT_LABELS, file.path(), "lies in no directory that is a class");
                }
            });
        }
    }

    /** Labels that are files of their own, one for each image. */
    private void beside(KeyTable labels, String suffix) throws IOException {
        List<Integer> bare = new ArrayList<>();
        List<Integer> orphans = new ArrayList<>();
        listing.imageKeys.eachMissingIn(labels, bare::add);
        labels.eachMissingIn(listing.imageKeys, orphans::add);
        Set<Integer> shown = new HashSet<>();
        shown.addAll(first(bare));
        shown.addAll(first(orphans));
        Map<Integer, String> paths = set.paths(shown);
        log.count(Kind.IMAGES_WITHOUT_LABELS, bare.size());
        first(bare)
                .forEach(number -> log.example(
                        Kind.IMAGES_WITHOUT_LABELS, paths.get(number), "has no ." + suffix + " that belongs to it"));
        log.count(Kind.LABELS_WITHOUT_IMAGES, orphans.size());
        first(orphans)
                .forEach(number ->
                        log.example(Kind.LABELS_WITHOUT_IMAGES, paths.get(number), "has no image that belongs to it"));
    }

    private static List<Integer> first(List<Integer> numbers) {
        return numbers.stream().sorted().limit(FindingLog.EXAMPLES).toList();
    }

    @FunctionalInterface
    private interface Parser {
        List<String> classes(SetFile file, String text, Consumer<String> problems);
    }

    private void parse(String suffix, int jobs, ProgressListener progress, Parser parser) {
        List<SetFile> files = listing.labelFiles.stream()
                .filter(file -> FileKind.suffix(file.path()).equals(suffix))
                .filter(file -> listing.imageKeys.get(LabelPaths.key(file.path())) >= 0
                        || LabelPaths.isAmongLabels(file.path()))
                .toList();
        ProgressCount count = new ProgressCount(progress, "reading labels", files.size(), -1);
        new Workers("Checking " + set.name(), jobs, () -> {}).forEach(files, file -> {
            String text = text(file);
            if (text != null) {
                boolean[] wrong = {false};
                List<String> found = parser.classes(file, text, problem -> {
                    wrong[0] = true;
                    log.add(Kind.BAD_LABELS, file.path(), problem);
                });
                classes.image(found);
                if (found.isEmpty() && !wrong[0]) {
                    background.incrementAndGet();
                }
            }
            count.add(1, file.size());
        });
    }

    /** Null when it cannot be read. */
    private String text(SetFile file) throws IOException {
        if (file.size() > MAX_LABEL) {
            log.add(Kind.BAD_LABELS, file.path(), "has " + file.size() + " bytes, which no label has");
            return null;
        }
        try {
            byte[] bytes = Files.readAllBytes(set.file(file.path()));
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            log.add(Kind.BAD_LABELS, file.path(), "cannot be read: " + e.getMessage());
            return null;
        }
    }

    private Consumer<String> bad(SetFile file) {
        return problem -> log.add(Kind.BAD_LABELS, file.path(), problem);
    }

    private List<String> namesOfSet() throws IOException {
        for (SetFile file : listing.classNames) {
            Optional<List<String>> found = ClassNames.read(set.file(file.path()));
            if (found.isPresent()) {
                return found.get();
            }
        }
        return null;
    }

    private void documents() throws IOException {
        if (!set.hasBytes()) {
            return;
        }
        ImageNames images = imageNames();
        for (SetFile file : wanted(listing.documents)) {
            Path document = set.file(file.path());
            if (schema.labels().files() != null || CocoDocument.is(document)) {
                background.addAndGet(
                        new CocoDocument(document, bad(file)).read(names, name -> named(images, file, name), classes));
            }
        }
        bare(images);
    }

    private void tables() throws IOException {
        if (!set.hasBytes()) {
            return;
        }
        ImageNames images = imageNames();
        for (SetFile file : wanted(listing.tables)) {
            LabelTable table = new LabelTable(set.file(file.path()), schema.labels());
            if (schema.labels().files() != null || table.hasImages()) {
                table.read(names, images, classes, name -> orphan(file, name), bad(file));
            }
        }
        bare(images);
    }

    private void named(ImageNames images, SetFile document, String name) {
        if (!images.name(name)) {
            orphan(document, name);
        }
    }

    private void orphan(SetFile document, String name) {
        log.add(Kind.LABELS_WITHOUT_IMAGES, document.path(), "names '" + name + "', and there is no such image");
    }

    private List<SetFile> wanted(List<SetFile> files) {
        List<String> paths = schema.labels().files();
        return paths == null
                ? files
                : files.stream().filter(file -> paths.contains(file.path())).toList();
    }

    private ImageNames imageNames() throws IOException {
        ImageNames images = new ImageNames();
        set.each(file -> {
            if (isImage(file)) {
                images.add(file.path());
            }
        });
        return images;
    }

    private void bare(ImageNames images) throws IOException {
        set.each(file -> {
            if (isImage(file) && !images.isNamed(file.path())) {
                log.add(Kind.IMAGES_WITHOUT_LABELS, file.path(), "is named by no label");
            }
        });
    }

    /** Who asks for labels gets no pass since there are none at all. */
    private void none() throws IOException {
        if (schema.labels().format() == null && schema.asksFor(Kind.IMAGES_WITHOUT_LABELS)) {
            set.each(file -> {
                if (isImage(file)) {
                    log.add(Kind.IMAGES_WITHOUT_LABELS, file.path(), "has no label of a kind that is known");
                }
            });
        }
    }

    private boolean isImage(SetFile file) {
        return file.kind() == FileKind.IMAGE && listing.isSample(file);
    }

    private void smallClasses() {
        Integer least = schema.classes().minImages();
        if (least == null || !classesKnown()) {
            return;
        }
        for (ClassCount count : classes()) {
            if (count.images() < least) {
                log.add(
                        Kind.SMALL_CLASSES,
                        count.name(),
                        "has " + count.images() + " images, and " + least + " are wanted");
            }
        }
    }
}
