package io.jenkins.plugins.mlops.training;

import hudson.FilePath;
import hudson.util.io.ArchiverFactory;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Copies the code of a training from a workspace to the controller. The agent says what it is; what it sends is limited here, and links,
 * which would lead the controller to files of its own, are refused.
 */
final class WorkspaceCode {

    /** For what an archive has beside the files. */
    private static final long HEADERS = 64L * 1024 * 1024;

    private final FilePath workspace;
    private final String boundary;
    private final List<String> datasets;

    /** As {@link FindCode}. */
    WorkspaceCode(FilePath workspace, String boundary, List<String> datasets) {
        this.workspace = workspace;
        this.boundary = boundary;
        this.datasets = datasets;
    }

    /**
     * Copies what is wanted.
     *
     * @param into does not exist
     * @throws MlopsException of kind USAGE when there is too much, REFUSED when it is no plain tree
     */
    CodeTree copy(CodeRequest request, Path into) throws IOException, InterruptedException {
        FindCode.Found found = workspace.act(new FindCode(request, boundary, datasets));
        Path archive = into.resolveSibling(into.getFileName() + ".tar");
        try {
            try (OutputStream out = new Limited(Files.newOutputStream(archive), workspace.getRemote())) {
                workspace.archive(ArchiverFactory.TAR, out, found);
            }
            Files.createDirectories(into);
            try (InputStream in = Files.newInputStream(archive)) {
                new FilePath(into.toFile()).untarFrom(in, FilePath.TarCompression.NONE);
            }
        } finally {
            Files.deleteIfExists(archive);
        }
        try (Stream<Path> files = Files.walk(into)) {
            if (files.anyMatch(Files::isSymbolicLink)) {
                throw MlopsException.refused("The code that came from " + workspace.getRemote()
                        + " has links where it had files: look after the agent");
            }
        }
        return new CodeTree(into, CodeTree.revision(found.source));
    }

    /** Ends what becomes too much. */
    private static final class Limited extends FilterOutputStream {
        private final String where;
        private long left = CodeTree.MAX_BYTES + HEADERS;

        Limited(OutputStream out, String where) {
            super(out);
            this.where = where;
        }

        @Override
        public void write(int one) throws IOException {
            take(1);
            out.write(one);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            take(length);
            out.write(bytes, from, length);
        }

        private void take(int bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                throw new IOException(CodeTree.tooMuch(where).getMessage());
            }
        }
    }
}
