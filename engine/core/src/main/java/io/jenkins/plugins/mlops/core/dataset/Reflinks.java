package io.jenkins.plugins.mlops.core.dataset;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;

/**
 * Copies that share their bytes with the original until one of them is written to, where the file system has them (XFS, Btrfs). Java 17
 * cannot ask for one, and a process for each file would cost more than copying it, so {@code cp} makes those of a whole tree at once.
 */
final class Reflinks {

    private Reflinks() {}

    /** Whether this file can be copied that way to a path where nothing is; if so, it is. */
    static boolean tryCopy(Path file, Path copy) {
        try {
            return cp(file.toString(), copy).waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Placing the files");
        }
    }

    /** Copies all that is in a directory into another one; modification times stay, permissions are those of new files. */
    static void copyTree(Path directory, Path into) throws IOException {
        Process cp = cp(directory + "/.", into);
        try {
            String said = new String(cp.getInputStream().readNBytes(1000), Charset.defaultCharset()).strip();
            if (cp.waitFor() != 0) {
                throw new IOException(said.isEmpty() ? "cp --reflink=always failed" : said);
            }
        } catch (InterruptedException e) {
            throw MlopsException.interrupted("Placing the files");
        } finally {
            cp.destroy();
        }
    }

    private static Process cp(String from, Path to) throws IOException {
        return new ProcessBuilder(
                        "cp",
                        "-R",
                        "--reflink=always",
                        "--preserve=timestamps",
                        "--no-preserve=mode",
                        "--",
                        from,
                        to.toString())
                .redirectErrorStream(true)
                .start();
    }
}
