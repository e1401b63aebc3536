package io.jenkins.plugins.mlops.core.dvc;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * An output of DVC at a revision, or the part of it that is wanted. Either DVC lists its files itself, since the store keeps their versions,
 * or they are told by the hash of a file or of a directory's list.
 *
 * @param path of the output, from the root of the repository on
 * @param wanted what is wanted of it: a path below it; empty for all
 * @param origin the file that names it, such as {@code data.dvc}
 * @param commit of the repository that has that file so; null when none is known to, as in a work tree where it is changed
 * @param place of the repository: the URL of its remote without secrets, else its directory
 * @param oid MD5 of the file, or of the directory's list with {@code .dir} at its end; null when the files are listed
 * @param hash how MD5s of it were computed
 * @param remote where the objects are; null when the files are listed
 * @param size in bytes; -1 when DVC did not write it down
 * @param count number of files; -1 when DVC did not write it down
 * @param listed the files with their versions; null when there is an oid
 */
public record DvcOutput(
        String path,
        String wanted,
        String origin,
        String commit,
        String place,
        String oid,
        DvcHash hash,
        DvcRemote remote,
        long size,
        long count,
        List<DvcHashed> listed) {

    static final String DIRECTORY = ".dir";

    public DvcOutput {
        listed = listed == null ? null : List.copyOf(listed);
    }

    /** Whether the files are in a list that is an object of its own. */
    public boolean hasDirectoryObject() {
        return oid != null && oid.endsWith(DIRECTORY);
    }

    /** The object with the list. */
    public S3Uri directoryObject() {
        return remote.object(oid, hash);
    }

    /** What people call it: the last name of what is wanted. */
    public String name() {
        String whole = wanted.isEmpty() ? path : wanted;
        return RepositoryPath.name(whole);
    }

    /** A {@link DvcUri}: where it comes from. */
    public String uri() {
        return new DvcUri(place, commit, RepositoryPath.child(path, wanted)).toString();
    }

    /** The file itself, when it is one. */
    public DvcHashed file() {
        return new DvcHashed(RepositoryPath.name(path), oid, hash, remote.object(oid, hash), null, null, size);
    }

    /**
     * The files that a directory's list names, as far as they are wanted.
     *
     * @param list the object's bytes
     * @throws MlopsException of kind FAILED when the bytes are not those that the hash stands for, USAGE when nothing of it is wanted
     */
    public List<DvcHashed> files(byte[] list) {
        requireWhole(list);
        JsonNode entries;
        try {
            entries = Documents.json().readTree(list);
        } catch (java.io.IOException e) {
            throw MlopsException.failed("The list of " + path + " (" + directoryObject() + ") is no JSON", e);
        }
        List<DvcHashed> files = new ArrayList<>();
        for (JsonNode entry : entries) {
            String relative = entry.path("relpath").asText("");
            if (RepositoryPath.isWithin(relative, wanted)) {
                String md5 = DvcFormat.md5(
                        entry.path("md5").asText(null), directoryObject().toString());
                files.add(new DvcHashed(below(relative), md5, hash, remote.object(md5, hash), null, null, -1));
            }
        }
        return requireSome(files);
    }

    /** The listed files, as far as they are wanted. */
    public List<DvcHashed> files() {
        List<DvcHashed> files = new ArrayList<>();
        for (DvcHashed file : listed) {
            if (RepositoryPath.isWithin(file.path(), wanted)) {
                files.add(new DvcHashed(
                        below(file.path()),
                        file.md5(),
                        file.hash(),
                        file.location(),
                        file.etag(),
                        file.versionId(),
                        file.size()));
            }
        }
        return requireSome(files);
    }

    /** A file that is wanted by its own path keeps its name. */
    private String below(String relative) {
        return relative.equals(wanted) ? RepositoryPath.name(relative) : RepositoryPath.below(relative, wanted);
    }

    private List<DvcHashed> requireSome(List<DvcHashed> files) {
        if (files.isEmpty()) {
            throw MlopsException.usage("The output " + path + " (" + origin + ") has "
                    + (wanted.isEmpty() ? "no files" : "nothing at " + wanted));
        }
        return files;
    }

    private void requireWhole(byte[] list) {
        String found;
        try {
            found = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(list));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has MD5", e);
        }
        if (!oid.equals(found + DIRECTORY)) {
            throw MlopsException.failed(
                    "The list of the files of " + path + " is corrupt in the store: " + directoryObject()
                            + " has the MD5 " + found + "; push it anew from a clone that has it ('dvc push')");
        }
    }

    /** As {@link #uri}. */
    @Override
    public String toString() {
        return uri();
    }
}
