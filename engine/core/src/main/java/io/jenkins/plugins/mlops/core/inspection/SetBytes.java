package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.dataset.ProgressCount;
import io.jenkins.plugins.mlops.core.dataset.Workers;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.KeyTable;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the bytes of a set's samples say, read in parallel: by number of the file, in 32 bytes each. */
final class SetBytes {

    private final InspectedSet set;
    private final CheckSchema schema;
    private final FindingLog log;
    private final long[] high;
    private final long[] low;
    private final long[] looks;
    private final int[] widths;
    private final int[] heights;
    private final BitSet known = new BitSet();
    private final BitSet seen = new BitSet();

    private final Map<ImageFormat, Long> formats = new EnumMap<>(ImageFormat.class);
    private final Map<Integer, Long> channels = new TreeMap<>();
    private long decoded;
    private CheckSchema.Range width;
    private CheckSchema.Range height;

    SetBytes(InspectedSet set, CheckSchema schema, FindingLog log) {
        this.set = set;
        this.schema = schema;
        this.log = log;
        int size = set.size();
        high = new long[size];
        low = new long[size];
        looks = new long[size];
        widths = new int[size];
        heights = new int[size];
    }

    /** Decodes images and reads other samples. */
    void read(List<SetFile> samples, int jobs, ProgressListener progress) {
        ImageProbe probe = new ImageProbe(schema.images().maxPixels(), schema.nearDistance() != null);
        forEach("looking at files", samples, jobs, progress, file -> {
            if (file.size() == 0) {
                return; // which is found already
            }
            if (file.kind() == FileKind.IMAGE) {
                note(file, probe.look(set.file(file.path()), file.size(), file.sha256()));
            } else {
                digest(file);
            }
        });
    }

    /** Only learns digests, of those that are not known. */
    void hash(List<SetFile> samples, int jobs, ProgressListener progress) {
        forEach("reading files", samples, jobs, progress, this::digest);
    }

    private void forEach(
            String phase, List<SetFile> files, int jobs, ProgressListener progress, Workers.Task<SetFile> task) {
        long bytes = files.stream().mapToLong(SetFile::size).sum();
        ProgressCount count = new ProgressCount(progress, phase, files.size(), bytes);
        new Workers("Checking " + set.name(), jobs, () -> {}).forEach(files, file -> {
            task.run(file);
            count.add(1, file.size());
        });
    }

    private void digest(SetFile file) throws IOException {
        Path path = set.file(file.path());
        try {
            learn(file.number(), file.sha256() == null ? Digest.of(path) : file.sha256());
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            log.add(Kind.UNREADABLE, file.path(), "cannot be read: " + e.getMessage());
        }
    }

    private void learn(int number, Digest sha256) {
        high[number] = KeyTable.high(sha256);
        low[number] = KeyTable.low(sha256);
        synchronized (known) {
            known.set(number);
        }
    }

    private void note(SetFile file, ImageFacts facts) {
        int number = file.number();
        if (facts.sha256() != null) {
            learn(number, facts.sha256());
        }
        if (facts.looks() != null) {
            looks[number] = facts.looks();
            synchronized (seen) {
                seen.set(number);
            }
        }
        widths[number] = facts.width();
        heights[number] = facts.height();
        count(facts);
        if (facts.trouble() != null) {
            log.add(facts.trouble(), file.path(), facts.problem());
            return;
        }
        String wrong = wrong(facts);
        if (wrong != null) {
            log.add(Kind.WRONG_IMAGES, file.path(), wrong);
        }
    }

    private synchronized void count(ImageFacts facts) {
        if (facts.format() != null) {
            formats.merge(facts.format(), 1L, Long::sum);
        }
        if (facts.trouble() == null) {
            decoded++;
            channels.merge(facts.channels(), 1L, Long::sum);
            width = wider(width, facts.width());
            height = wider(height, facts.height());
        }
    }

    private static CheckSchema.Range wider(CheckSchema.Range range, int value) {
        return range == null
                ? new CheckSchema.Range(value, value)
                : new CheckSchema.Range(Math.min(range.min(), value), Math.max(range.max(), value));
    }

    /** Null for an image that is as it should be. */
    private String wrong(ImageFacts facts) {
        CheckSchema.Images wanted = schema.images();
        if (wanted.formats() != null && !wanted.formats().contains(facts.format())) {
            return "is " + facts.format().key();
        }
        if (wanted.width() != null && !wanted.width().has(facts.width())) {
            return "is " + facts.width() + " pixels wide, and " + wanted.width() + " are wanted";
        }
        if (wanted.height() != null && !wanted.height().has(facts.height())) {
            return "is " + facts.height() + " pixels high, and " + wanted.height() + " are wanted";
        }
        return wanted.channels() == null || wanted.channels().contains(facts.channels())
                ? null
                : "has " + facts.channels() + " channels, and " + wanted.channels() + " are wanted";
    }

    synchronized ImageSummary summary() {
        return new ImageSummary(decoded, formats, channels, width, height);
    }

    boolean isKnown(int number) {
        return known.get(number);
    }

    long high(int number) {
        return high[number];
    }

    long low(int number) {
        return low[number];
    }

    boolean hasLooks(int number) {
        return seen.get(number);
    }

    long looks(int number) {
        return looks[number];
    }

    /** 0 when it is not known. */
    int width(int number) {
        return widths[number];
    }

    /** 0 when it is not known. */
    int height(int number) {
        return heights[number];
    }
}
