package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.digest.TreePath;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * What lies below a prefix, listed page by page without keeping it: its source id, and on demand all objects in a file. The
 * counterpart of {@link PrefixListing} for prefixes of any size. Immutable.
 *
 * @param prefix ends in a slash, unless it is a whole bucket
 * @param objects the objects by number; null unless a file was wanted
 */
public record PrefixScan(S3Uri prefix, String sourceId, long files, long bytes, ObjectIndex objects)
        implements AutoCloseable {

    /** Lists the objects. @throws MlopsException as {@link PrefixListing#of} but for clashes, which a pull finds */
    static PrefixScan of(ObjectStore store, Prefix prefix) {
        return new Scan(prefix).run(store, null);
    }

    /** As the other, into a file, which {@link Datasets#pullListed} reads. */
    public static PrefixScan into(Path file, ObjectStore store, S3Uri from) throws IOException {
        Prefix prefix = Prefix.now(from);
        try (ObjectIndex.Writer writer = ObjectIndex.write(file)) {
            return new Scan(prefix).run(store, writer);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What people call the dataset. */
    public String name() {
        return PrefixListing.name(prefix);
    }

    @Override
    public void close() throws IOException {
        if (objects != null) {
            objects.close();
        }
    }

    private static final class Scan {
        private final Prefix prefix;
        private final SourceIds.OfPrefix id;
        private long files;
        private long bytes;

        Scan(Prefix prefix) {
            this.prefix = prefix;
            this.id = new SourceIds.OfPrefix(prefix.isPast());
        }

        PrefixScan run(ObjectStore store, ObjectIndex.Writer writer) {
            prefix.list(store, object -> {
                String path = PrefixListing.path(prefix.uri(), object);
                if (path == null) {
                    return;
                }
                TreePath.check(path);
                id.add(object);
                files++;
                bytes = Math.addExact(bytes, object.size());
                if (writer != null) {
                    write(writer, object);
                }
            });
            if (files == 0) {
                throw PrefixListing.nothing(prefix);
            }
            try {
                return new PrefixScan(prefix.uri(), id.finish(), files, bytes, writer == null ? null : writer.finish());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void write(ObjectIndex.Writer writer, StoredObject object) {
            try {
                writer.add(object.pin(), object.size());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
