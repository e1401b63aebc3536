package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.DirScanner;
import hudson.util.FileVisitor;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.source.SourceFiles;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.step.AgentTask;
import io.jenkins.plugins.mlops.step.WorkspaceBounds;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Finds the code of a training in a workspace, and which commit it is. */
final class FindCode extends AgentTask<FindCode.Found> {

    private static final long serialVersionUID = 1L;

    private final CodeRequest request;
    private final String boundary;
    private final ArrayList<String> datasets;

    /**
     * @param boundary the workspace of the build, which the directory that this works in may be a part of
     * @param datasets directories in which datasets lie, which are no code
     */
    FindCode(CodeRequest request, String boundary, List<String> datasets) {
        this.request = request;
        this.boundary = boundary;
        this.datasets = new ArrayList<>(datasets);
    }

    /** What the controller copies. */
    static final class Found extends DirScanner implements Serializable {

        private static final long serialVersionUID = 1L;

        private final ArrayList<String> files;

        /** {@link SourceRevision} as JSON; null when the code lies in no Git repository. */
        @CheckForNull
        final String source;

        Found(List<String> files, @CheckForNull String source) {
            this.files = new ArrayList<>(files);
            this.source = source;
        }

        @Override
        public void scan(File directory, FileVisitor visitor) throws IOException {
            for (String file : files) {
                visitor.visit(new File(directory, file), file);
            }
        }
    }

    @Override
    protected Found run(Path workspace) throws IOException {
        TreeSet<String> files = new TreeSet<>();
        Path code = Path.of("");
        String named = request.specification();
        if (named != null) {
            Path file = new WorkspaceBounds(boundary).within(workspace, named, "'spec'");
            if (!Files.isRegularFile(file)) {
                throw MlopsException.usage("There is no specification " + named + " in the workspace " + workspace
                        + ": check the code out first, and name the file from there on");
            }
            files.add(named);
            code = CodeTree.directory(workspace, file, request);
        } else if (request.codeInImage()) {
            code = null;
        }
        List<Path> noCode = noCode(workspace);
        Path around = workspace.startsWith(Path.of(boundary)) ? Path.of(boundary) : workspace;
        if (code != null) {
            addCode(workspace, code, around, noCode, files);
        }
        return new Found(
                List.copyOf(files),
                SourceRevision.of(workspace, around, noCode)
                        .map(Documents::toJson)
                        .orElse(null));
    }

    private List<Path> noCode(Path workspace) {
        List<Path> noCode = new ArrayList<>();
        datasets.forEach(dataset -> noCode.add(Path.of(dataset)));
        noCode.add(Path.of(workspace + "@tmp")); // Jenkins' own
        return noCode;
    }

    private static void addCode(Path workspace, Path code, Path around, List<Path> noCode, TreeSet<String> files)
            throws IOException {
        Path directory = workspace.resolve(code);
        if (!Files.isDirectory(directory)) {
            throw MlopsException.usage("The directory " + directory + " does not exist: set the specification's key"
                    + " 'directory' to where the code is");
        }
        long bytes = 0;
        for (Path file : SourceFiles.below(directory, around)) {
            Path absolute = directory.resolve(file);
            if (noCode.stream().noneMatch(absolute::startsWith)) {
                bytes += Files.size(absolute);
                if (bytes > CodeTree.MAX_BYTES) {
                    throw CodeTree.tooMuch(directory.toString());
                }
                files.add(code.resolve(file).toString().replace(File.separatorChar, '/'));
            }
        }
    }
}
