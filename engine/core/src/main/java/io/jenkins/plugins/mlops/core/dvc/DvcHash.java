package io.jenkins.plugins.mlops.core.dvc;

/** How DVC computed an MD5, and where in a remote it therefore keeps the object. */
public enum DvcHash {
    /** Of the bytes, as DVC 3 does ({@code hash: md5}); below {@code files/md5/}. */
    MD5,
    /** Of the bytes of a text with Windows' line ends made Unix', as DVC 1 and 2 did; at the root of the remote. */
    MD5_DOS2UNIX
}
