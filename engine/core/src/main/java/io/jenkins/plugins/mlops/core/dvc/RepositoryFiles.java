package io.jenkins.plugins.mlops.core.dvc;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The files of a repository in one state: as they lie in a directory, or as a commit has them. Paths are from the root on, with slashes. */
interface RepositoryFiles extends AutoCloseable {

    /** Longer files are nothing that DVC writes, but for lists of millions of versioned files. */
    int MAX_BYTES = 256 * 1024 * 1024;

    /**
     * A file's text; empty when there is no such file.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED when it is a link, USAGE when it is too long
     */
    Optional<String> read(String path) throws IOException;

    /** The files whose names DVC gives to its own: {@code *.dvc}, {@code dvc.lock}. */
    List<String> dvcFiles() throws IOException;

    /** The directory that the caller named, from the root on. */
    String prefix();

    /** 40 lower-case hex digits; null for files of a directory. */
    String commit();

    /** The commit that has a file as it is here, 40 lower-case hex digits; null when none is known to. */
    String commit(String path);

    /** Where others find the repository, without secrets: the URL of its remote, else its directory. */
    String address();

    /** Where the repository is, for people, without secrets. */
    String place();

    @Override
    void close();
}
