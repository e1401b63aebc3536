package io.jenkins.plugins.mlops.core.dvc;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A repository of DVC in one state: the files of a directory, or any revision of a local clone, bare ones too. Not thread-safe; to be
 * closed.
 */
public final class DvcRepository implements AutoCloseable {

    /** Begins a target that is seen from the root of the repository, as Git says it. */
    public static final String ROOT = ":/";

    private static final int NAMED_IN_ERRORS = 20;

    private final RepositoryFiles files;
    private final OutputFiles outputs;

    private DvcRepository(RepositoryFiles files) {
        this.files = files;
        this.outputs = new OutputFiles(files);
    }

    /**
     * @param directory in a work tree, or a bare clone
     * @param revision null for the files as they are
     * @throws MlopsException of kind USAGE when there is no such repository or revision
     */
    public static DvcRepository open(Path directory, String revision) throws IOException {
        return new DvcRepository(
                revision == null ? DirectoryFiles.around(directory) : CommittedFiles.of(directory, revision));
    }

    /**
     * The output that a target means: a {@code .dvc} file, the path of an output or below one, {@code dvc.yaml:STAGE}, or the name of a
     * stage.
     *
     * @param target seen from the directory that was opened, or behind {@link #ROOT}
     * @param endpoint of the store that the caller may ask: what names another is refused
     * @throws MlopsException of kind USAGE when it means none or several, REFUSED when it leads elsewhere
     */
    public DvcOutput output(String target, URI endpoint) throws IOException {
        int colon = target.lastIndexOf(':');
        if (colon == 0 && target.startsWith(ROOT)) {
            colon = -1;
        }
        String file = colon < 0 ? target : target.substring(0, colon);
        if (colon >= 0 && (file.isEmpty() || RepositoryPath.name(file).matches("dvc\\.(yaml|lock)"))) {
            String directory = RepositoryPath.parent(path(file.isEmpty() ? DvcFormat.STAGES : file));
            return finish(ofStage(directory, target.substring(colon + 1), target), "", endpoint);
        }
        String path = path(target);
        if (path.endsWith(DvcFormat.SUFFIX)) {
            Optional<List<NamedOutput>> named = outputs.of(path);
            if (named.isPresent()) {
                return finish(only(named.get(), target), "", endpoint);
            }
        }
        if (RepositoryPath.name(path).matches("dvc\\.(yaml|lock)")) {
            String lock = RepositoryPath.child(RepositoryPath.parent(path), DvcFormat.LOCK);
            return finish(only(outputs.of(lock).orElseThrow(() -> missing(lock)), target), "", endpoint);
        }
        Optional<NamedOutput> holder = holder(path);
        if (holder.isPresent()) {
            return finish(holder.get(), RepositoryPath.below(path, holder.get().path()), endpoint);
        }
        if (!target.contains("/")
                && outputs.of(RepositoryPath.child(files.prefix(), DvcFormat.LOCK)).stream()
                        .flatMap(List::stream)
                        .anyMatch(output -> target.equals(output.stage()))) {
            return finish(ofStage(files.prefix(), target, target), "", endpoint);
        }
        throw nothing(target, path);
    }

    private String path(String target) {
        return target.startsWith(ROOT)
                ? RepositoryPath.resolve("", target.substring(ROOT.length()))
                : RepositoryPath.resolve(files.prefix(), target);
    }

    private NamedOutput ofStage(String directory, String stage, String target) throws IOException {
        String lock = RepositoryPath.child(directory, DvcFormat.LOCK);
        List<NamedOutput> all = outputs.of(lock).orElseThrow(() -> missing(lock));
        List<NamedOutput> named =
                all.stream().filter(output -> stage.equals(output.stage())).toList();
        if (named.isEmpty()) {
            throw MlopsException.usage("There is no stage '" + stage + "' with outputs in " + lock + ": it has "
                    + all.stream()
                            .map(NamedOutput::stage)
                            .distinct()
                            .limit(NAMED_IN_ERRORS)
                            .collect(Collectors.joining(", ")));
        }
        List<NamedOutput> cached =
                named.stream().filter(output -> output.flag("cache", true)).toList();
        return only(cached.isEmpty() ? named : cached, target);
    }

    private static NamedOutput only(List<NamedOutput> named, String target) {
        if (named.size() != 1) {
            throw MlopsException.usage(
                    named.isEmpty()
                            ? target + " has no outputs"
                            : target + " has several outputs, of which one is to be named: " + paths(named));
        }
        return named.get(0);
    }

    private static String paths(List<NamedOutput> named) {
        return named.stream().map(NamedOutput::path).limit(NAMED_IN_ERRORS).collect(Collectors.joining(", "))
                + (named.size() > NAMED_IN_ERRORS ? ", ..." : "");
    }

    private MlopsException missing(String file) {
        return MlopsException.usage("There is no " + file + " in " + files.place()
                + (files.commit() == null ? "" : " at " + files.commit()));
    }

    /** Looks where DVC usually puts the name first, since a work tree can be large. */
    private Optional<NamedOutput> holder(String path) throws IOException {
        Set<String> likely = new LinkedHashSet<>();
        for (String above = path; !above.isEmpty(); above = RepositoryPath.parent(above)) {
            likely.add(above + DvcFormat.SUFFIX);
            likely.add(RepositoryPath.child(RepositoryPath.parent(above), DvcFormat.LOCK));
        }
        Optional<NamedOutput> found = deepest(likely, path);
        if (found.isPresent()) {
            return found;
        }
        Set<String> others = new LinkedHashSet<>(files.dvcFiles());
        others.removeAll(likely);
        return deepest(others, path);
    }

    private Optional<NamedOutput> deepest(Set<String> candidates, String path) throws IOException {
        List<NamedOutput> found = new ArrayList<>();
        for (String candidate : candidates) {
            for (NamedOutput output : outputs.of(candidate).orElse(List.of())) {
                if (RepositoryPath.isWithin(path, output.path())) {
                    found.add(output);
                }
            }
        }
        return found.stream()
                .max(Comparator.comparingInt(output -> output.path().length()));
    }

    private MlopsException nothing(String target, String path) throws IOException {
        List<NamedOutput> all = new ArrayList<>();
        for (String file : files.dvcFiles()) {
            all.addAll(outputs.of(file).orElse(List.of()));
        }
        List<NamedOutput> below = all.stream()
                .filter(output -> RepositoryPath.isWithin(output.path(), path))
                .toList();
        String where = files.place() + (files.commit() == null ? "" : " at " + files.commit());
        if (!below.isEmpty()) {
            return MlopsException.usage("'" + target + "' is a directory of " + where
                    + " with several outputs, of which one is to be named: " + paths(below));
        }
        return MlopsException.usage("DVC knows no output '" + target + "' in " + where
                + (all.isEmpty() ? ", nor any other: was its .dvc file committed?" : "; it knows " + paths(all)));
    }

    /** From what stands in the files to where the bytes are. */
    private DvcOutput finish(NamedOutput output, String wanted, URI endpoint) throws IOException {
        String origin = output.origin();
        if (output.path().contains("://")) {
            throw MlopsException.usage(origin + ": the output " + output.path()
                    + " lies outside of the repository, which is not read: import it ('dvc import-url') instead");
        }
        if (!output.flag("cache", true)) {
            throw MlopsException.usage(origin + ": the output " + output.path()
                    + " is kept in Git itself (cache: false), not by DVC: read it from the repository");
        }
        DvcHash hash = hash(output);
        Project project = project(origin);
        Map<?, ?> dependency = output.dependency();
        if (dependency != null && dependency.get("repo") != null) {
            throw otherRepository(output, DvcFormat.map(dependency.get("repo"), origin, "'repo'"));
        }
        String oid = oid(output);
        if (!output.flag("push", true)) {
            if (dependency == null) {
                throw MlopsException.usage(origin + ": the output " + output.path()
                        + " is never pushed (push: false), so no remote has it: run its stage, or let DVC push it");
            }
            return output(output, wanted, null, hash, null, imported(output, dependency, oid, hash, project, endpoint));
        }
        if (dependency != null && staysAtSource(dependency)) {
            return output(output, wanted, null, hash, null, imported(output, dependency, oid, hash, project, endpoint));
        }
        String name = output.option("remote");
        String remoteName =
                name != null ? name : project.config().defaultRemote().orElse(null);
        Object cloud = output.keys().get("cloud");
        Object listed = output.keys().get("files");
        if (cloud != null || listed != null) {
            return output(
                    output, wanted, null, hash, null, versioned(output, oid, hash, project, remoteName, endpoint));
        }
        if (oid == null) {
            throw MlopsException.usage(origin + ": the output " + output.path() + " has no md5: it was never built or"
                    + " added ('dvc repro', 'dvc commit')");
        }
        if (remoteName == null) {
            throw MlopsException.usage("The project of " + origin
                    + " has no default remote (core.remote in .dvc/config)"
                    + (project.config().remotes().isEmpty()
                            ? " and no other"
                            : "; it has " + String.join(", ", project.config().remotes())));
        }
        DvcRemote remote = DvcRemote.of(project.config(), remoteName, project.configPath(), endpoint);
        if (remote.versionAware()) {
            throw MlopsException.usage(origin + ": the output " + output.path() + " was not pushed to the remote '"
                    + remoteName + "', which keeps versions: it names none; 'dvc push' and commit what it changes");
        }
        return output(output, wanted, oid, hash, remote, null);
    }

    /** What was imported from a bucket that keeps versions, DVC does not push, whether or not the file says so. */
    private static boolean staysAtSource(Map<?, ?> dependency) {
        return dependency.get("version_id") != null || dependency.get("files") != null;
    }

    private DvcOutput output(
            NamedOutput output, String wanted, String oid, DvcHash hash, DvcRemote remote, List<DvcHashed> listed) {
        if (!wanted.isEmpty() && oid != null && !oid.endsWith(DvcOutput.DIRECTORY)) {
            throw MlopsException.usage("The output " + output.path() + " (" + output.origin()
                    + ") is a file: there is nothing" + " below it");
        }
        return new DvcOutput(
                output.path(),
                wanted,
                output.origin(),
                files.commit(output.origin()),
                files.address(),
                oid,
                hash,
                remote,
                DvcFormat.number(output.keys(), "size", output.origin()),
                DvcFormat.number(output.keys(), "nfiles", output.origin()),
                listed);
    }

    private static DvcHash hash(NamedOutput output) {
        String hash = DvcFormat.text(output.keys(), "hash", output.origin());
        if (hash == null || hash.equals("md5-dos2unix")) {
            return DvcHash.MD5_DOS2UNIX;
        }
        if (!hash.equals("md5")) {
            throw MlopsException.usage(
                    output.origin() + ": the hash '" + hash + "' of " + output.path() + " is not known: md5 is");
        }
        return DvcHash.MD5;
    }

    private static String oid(NamedOutput output) {
        String oid = DvcFormat.text(output.keys(), "md5", output.origin());
        if (oid == null) {
            for (String other : new String[] {"etag", "checksum"}) {
                if (output.keys().get(other) != null && output.keys().get("cloud") == null) {
                    throw MlopsException.usage(output.origin() + ": the output " + output.path() + " is told by its "
                            + other + ", which is not read: only outputs with an md5 are");
                }
            }
            return null;
        }
        String bare =
                oid.endsWith(DvcOutput.DIRECTORY) ? oid.substring(0, oid.length() - DvcOutput.DIRECTORY.length()) : oid;
        DvcFormat.md5(bare, output.origin());
        return oid;
    }

    private static MlopsException otherRepository(NamedOutput output, Map<?, ?> repo) {
        String url = Objects.requireNonNullElse(DvcFormat.text(repo, "url", output.origin()), "another repository");
        String lock = DvcFormat.text(repo, "rev_lock", output.origin());
        return MlopsException.refused(output.origin() + ": the output " + output.path() + " is imported from "
                + RemoteUrl.withoutSecrets(url) + (lock == null ? "" : " at " + lock)
                + ", where a branch may lead anyone: pull it from a clone of that repository (--repo, --rev)");
    }

    /**
     * A project of DVC, of which a repository may have several.
     *
     * @param root from the repository's root on
     */
    private record Project(String root, String configPath, DvcConfig config) {}

    /** The project whose directory is the nearest above a file. */
    private Project project(String file) throws IOException {
        for (String directory = RepositoryPath.parent(file); ; directory = RepositoryPath.parent(directory)) {
            String path = RepositoryPath.child(directory, ".dvc/config");
            Optional<String> text = files.read(path);
            if (text.isPresent()) {
                Map<String, String> texts = new LinkedHashMap<>();
                texts.put(path, text.get());
                files.read(path + ".local").ifPresent(local -> texts.put(path + ".local", local));
                return new Project(directory, path, DvcConfig.of(texts));
            }
            if (directory.isEmpty()) {
                throw MlopsException.usage("There is no .dvc/config above " + file + " in " + files.place()
                        + ": is that a project of DVC ('dvc init')?");
            }
        }
    }

    /** Of a remote that keeps versions: every file has the version that was pushed. */
    private List<DvcHashed> versioned(
            NamedOutput output, String oid, DvcHash hash, Project project, String remoteName, URI endpoint) {
        String origin = output.origin();
        String inProject = RepositoryPath.below(output.path(), project.root());
        List<?> list = output.keys().get("files") == null
                ? List.of(output.keys())
                : DvcFormat.list(output.keys().get("files"), origin, "'files'");
        List<DvcHashed> found = new ArrayList<>();
        Map<String, DvcRemote> remotes = new LinkedHashMap<>();
        for (Object each : list) {
            Map<?, ?> keys = DvcFormat.map(each, origin, "a file");
            boolean single = each == output.keys();
            String relative = single ? RepositoryPath.name(output.path()) : DvcFormat.text(keys, "relpath", origin);
            if (relative == null) {
                throw MlopsException.usage(origin + ": a file of " + output.path() + " has no 'relpath'");
            }
            Map<?, ?> cloud =
                    keys.get("cloud") == null ? Map.of() : DvcFormat.map(keys.get("cloud"), origin, "'cloud'");
            String chosen = remoteName != null && cloud.containsKey(remoteName)
                    ? remoteName
                    : cloud.size() == 1
                            ? String.valueOf(cloud.keySet().iterator().next())
                            : null;
            String md5 = single ? oid : DvcFormat.text(keys, "md5", origin);
            if (chosen == null) {
                if (!cloud.isEmpty()) {
                    throw MlopsException.usage(origin + ": " + relative + " lies in the remotes "
                            + new HashSet<>(cloud.keySet()) + ": choose one with 'remote:' or core.remote");
                }
                found.add(new DvcHashed(relative, md5, hash, null, null, null, DvcFormat.number(keys, "size", origin)));
                continue;
            }
            DvcRemote remote = remotes.computeIfAbsent(
                    chosen, name -> DvcRemote.of(project.config(), name, project.configPath(), endpoint));
            Map<?, ?> there = DvcFormat.map(cloud.get(chosen), origin, "'cloud'");
            String version = DvcFormat.text(there, "version_id", origin);
            String etag = DvcFormat.text(there, "etag", origin);
            if (version == null) {
                throw MlopsException.usage(origin + ": " + relative + " has no version_id in the remote '" + chosen
                        + "': is versioning of its bucket on?");
            }
            S3Uri location = remote.root().resolve(single ? inProject : inProject + "/" + relative);
            found.add(new DvcHashed(
                    relative, md5, hash, location, etag, version, DvcFormat.number(keys, "size", origin)));
        }
        return found;
    }

    /** Of data that stays at its source: read from there, in the state that was imported. */
    private List<DvcHashed> imported(
            NamedOutput output, Map<?, ?> dependency, String oid, DvcHash hash, Project project, URI endpoint) {
        String origin = output.origin();
        S3Uri source = source(output, dependency, project, endpoint);
        Object listed = dependency.get("files");
        if (listed == null) {
            if (oid == null || oid.endsWith(DvcOutput.DIRECTORY)) {
                throw MlopsException.usage(
                        origin + ": the directory " + output.path() + " stays at its source " + source
                                + ", of which no versions were written down: import it with --version-aware, or let DVC push it");
            }
            return List.of(new DvcHashed(
                    RepositoryPath.name(output.path()),
                    oid,
                    hash,
                    source,
                    DvcFormat.text(dependency, "etag", origin),
                    DvcFormat.text(dependency, "version_id", origin),
                    DvcFormat.number(dependency, "size", origin)));
        }
        List<DvcHashed> found = new ArrayList<>();
        for (Object each : DvcFormat.list(listed, origin, "'files'")) {
            Map<?, ?> keys = DvcFormat.map(each, origin, "a file");
            String relative = DvcFormat.text(keys, "relpath", origin);
            if (relative == null) {
                throw MlopsException.usage(origin + ": a file of " + output.path() + " has no 'relpath'");
            }
            found.add(new DvcHashed(
                    relative,
                    DvcFormat.text(keys, "md5", origin),
                    hash,
                    source.resolve(relative),
                    DvcFormat.text(keys, "etag", origin),
                    DvcFormat.text(keys, "version_id", origin),
                    DvcFormat.number(keys, "size", origin)));
        }
        return found;
    }

    private static S3Uri source(NamedOutput output, Map<?, ?> dependency, Project project, URI endpoint) {
        String origin = output.origin();
        String path = Objects.requireNonNullElse(DvcFormat.text(dependency, "path", origin), "");
        if (dependency.get("fs_config") != null) {
            Map<?, ?> config = DvcFormat.map(dependency.get("fs_config"), origin, "'fs_config'");
            DvcRemote.requireEndpoint(
                    DvcFormat.text(config, "endpointurl", origin),
                    origin + ": the source of " + output.path(),
                    endpoint);
        }
        if (path.startsWith("remote://")) {
            String rest = path.substring("remote://".length());
            int slash = rest.indexOf('/');
            DvcRemote remote = DvcRemote.of(
                    project.config(), slash < 0 ? rest : rest.substring(0, slash), project.configPath(), endpoint);
            return slash < 0 ? remote.root() : remote.root().resolve(rest.substring(slash + 1));
        }
        if (!S3Uri.isS3(path)) {
            throw MlopsException.refused(origin + ": the output " + output.path() + " stays at its source "
                    + RemoteUrl.withoutSecrets(path)
                    + " (push: false), which is no object store: import it with a remote"
                    + " ('dvc import-url --to-remote'), or let DVC push it");
        }
        return S3Uri.parse(path);
    }

    @Override
    public void close() {
        files.close();
    }
}
