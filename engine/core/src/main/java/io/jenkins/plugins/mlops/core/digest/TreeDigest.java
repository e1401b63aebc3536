package io.jenkins.plugins.mlops.core.digest;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The content id of a tree of files, be it a dataset or a model: a Merkle digest by directory, specified in
 * {@code docs/dataset-identity.md}. A directory's canonical form is the UTF-8 text
 *
 * <pre>
 * mlops-tree/1
 * d &lt;64 hex of the directory's digest&gt; &lt;bytes below it&gt; &lt;files below it&gt; &lt;name&gt;
 * f &lt;64 hex of the file's SHA-256&gt; &lt;bytes&gt; &lt;name&gt;
 * </pre>
 *
 * with one line per child in the order of the names' UTF-8 bytes, each line ended by a line feed. Its digest is the SHA-256
 * of that text, and the tree's is its root's. Since every directory has a digest of its own, a manifest may be cut into
 * one document a directory without changing the content id, and part of a tree can be checked alone.
 *
 * <p>Files are added in {@link TreePath#ORDER}; memory grows with the depth of the tree, not with its size. Not thread-safe.
 */
public final class TreeDigest {

    private static final String HEADER = "mlops-tree/1\n";

    private final Deque<Directory> open = new ArrayDeque<>();
    private String last;
    private Digest result;

    public TreeDigest() {
        open.push(new Directory(""));
    }

    /**
     * Adds a file.
     *
     * @param path a path that {@link TreePath#check} passes, after the last one in {@link TreePath#ORDER}
     * @param size in bytes, 0 or more
     * @throws MlopsException of kind USAGE when the path breaks the rules, stands twice, is both a file and a directory, or
     *     the size is negative
     * @throws IllegalStateException when the paths do not ascend, or after {@link #finish}
     */
    public TreeDigest add(String path, long size, Digest sha256) {
        if (result != null) {
            throw new IllegalStateException("the tree is finished");
        }
        TreePath.check(path);
        if (size < 0) {
            throw MlopsException.usage("The file '" + path + "' has the size " + size + ": 0 or more is wanted");
        }
        if (last != null) {
            if (path.equals(last)) {
                throw MlopsException.usage("The path '" + path + "' stands twice");
            }
            if (path.startsWith(last + "/")) {
                throw MlopsException.usage("The path '" + last + "' is a file and, in '" + path + "', a directory");
            }
            if (TreePath.ORDER.compare(last, path) > 0) {
                throw new IllegalStateException("'" + path + "' comes after '" + last + "'");
            }
        }
        last = path;
        int slash = path.lastIndexOf('/') + 1;
        enter(path.substring(0, slash));
        open.element().addFile(path.substring(slash), size, sha256);
        return this;
    }

    /** The content id; may be called again. An empty tree has one too. */
    public Digest finish() {
        if (result == null) {
            while (open.size() > 1) {
                closeDirectory();
            }
            result = open.element().finish();
        }
        return result;
    }

    /** Files added so far. */
    public long files() {
        return open.stream().mapToLong(d -> d.files).sum();
    }

    /** Bytes of the files added so far. */
    public long bytes() {
        return open.stream().mapToLong(d -> d.bytes).sum();
    }

    /** Makes the directory with this path ("" or ending in '/') the innermost open one. */
    private void enter(String directory) {
        while (!directory.startsWith(open.element().path)) {
            closeDirectory();
        }
        for (int from = open.element().path.length(); from < directory.length(); ) {
            from = directory.indexOf('/', from) + 1;
            open.push(new Directory(directory.substring(0, from)));
        }
    }

    private void closeDirectory() {
        Directory closed = open.pop();
        open.element().addDirectory(closed);
    }

    private static final class Directory {
        private final String path;
        private final MessageDigest sha256 = Digest.newSha256();
        private long files;
        private long bytes;

        Directory(String path) {
            this.path = path;
            line(HEADER);
        }

        void addFile(String name, long size, Digest digest) {
            line("f " + digest.hex() + " " + size + " " + name + "\n");
            files++;
            bytes += size;
        }

        void addDirectory(Directory child) {
            int end = child.path.length() - 1;
            String name = child.path.substring(child.path.lastIndexOf('/', end - 1) + 1, end);
            line("d " + child.finish().hex() + " " + child.bytes + " " + child.files + " " + name + "\n");
            files += child.files;
            bytes += child.bytes;
        }

        Digest finish() {
            return Digest.finish(sha256);
        }

        private void line(String text) {
            sha256.update(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
