package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Job;
import hudson.model.Run;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.Revision;
import hudson.plugins.git.util.BuildData;
import hudson.scm.SCM;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.SCMSource;
import jenkins.triggers.SCMTriggerItem;

/**
 * Reads the code of a training from the repository, without a workspace: at exactly the commit that the build is about, which is that
 * of its branch event in a multibranch job, and that of its checkout elsewhere.
 */
final class CommitCode {

    private final Run<?, ?> build;

    CommitCode(Run<?, ?> build) {
        this.build = build;
    }

    /**
     * Copies what is wanted.
     *
     * @param into does not exist
     * @throws MlopsException of kind USAGE when the commit is not known or cannot be read without a checkout
     */
    CodeTree copy(CodeRequest request, Path into) throws IOException, InterruptedException {
        Opened opened = open();
        try (SCMFileSystem files = opened.files) {
            Files.createDirectories(into);
            SCMFile code = files.getRoot();
            String named = request.specification();
            if (named != null) {
                Path file = into.resolve(named);
                SCMFile specification = files.child(named);
                if (!specification.isFile()) {
                    throw MlopsException.usage("There is no specification " + named + " in the commit "
                            + opened.source.commit() + ": name a file of the repository");
                }
                copyFile(specification, file);
                Path directory = CodeTree.directory(into, file, request);
                code = directory == null ? null : child(files, directory);
            } else if (request.codeInImage()) {
                code = null;
            }
            if (code != null) {
                new Copy(into, opened.source.commit()).directory(code);
            }
            return new CodeTree(into, opened.source);
        }
    }

    private static SCMFile child(SCMFileSystem files, Path directory) throws IOException, InterruptedException {
        String path = directory.toString();
        SCMFile found = path.isEmpty() ? files.getRoot() : files.child(path.replace('\\', '/'));
        if (!found.isDirectory()) {
            throw MlopsException.usage("The specification's directory " + path + " is not in the commit");
        }
        return found;
    }

    private static void copyFile(SCMFile file, Path into) throws IOException, InterruptedException {
        Files.createDirectories(Objects.requireNonNull(into.getParent(), "a file in a directory"));
        try (InputStream content = file.content()) {
            Files.copy(content, into);
        }
    }

    /** Copies a tree; what it holds beside regular files, such as links and submodules, is no code that could be brought. */
    private static final class Copy {
        private final Path into;
        private final String commit;
        private long bytes;

        Copy(Path into, String commit) {
            this.into = into;
            this.commit = commit;
        }

        void directory(SCMFile directory) throws IOException, InterruptedException {
            for (SCMFile child : directory.children()) {
                switch (child.getType()) {
                    case DIRECTORY -> directory(child);
                    case REGULAR_FILE -> file(child);
                    default -> {}
                }
            }
        }

        private void file(SCMFile file) throws IOException, InterruptedException {
            Path target = into.resolve(file.getPath()).normalize();
            if (!target.startsWith(into) || Files.exists(target)) {
                return; // the specification itself
            }
            copyFile(file, target);
            bytes += Files.size(target);
            if (bytes > CodeTree.MAX_BYTES) {
                throw CodeTree.tooMuch("the commit " + commit);
            }
        }
    }

    private record Opened(SCMFileSystem files, SourceRevision source) {}

    private Opened open() throws IOException, InterruptedException {
        Job<?, ?> job = build.getParent();
        SCMSource branches = SCMSource.SourceByItem.findSource(job);
        SCMHead head = SCMHead.HeadByItem.findHead(job);
        if (branches != null && head != null) {
            SCMRevision revision = SCMRevisionAction.getRevision(branches, build);
            return opened(
                    revision == null ? null : SCMFileSystem.of(branches, head, revision),
                    revision,
                    branches instanceof AbstractGitSCMSource git ? git.getRemote() : null);
        }
        return ofCheckout(job);
    }

    private Opened ofCheckout(Job<?, ?> job) throws IOException, InterruptedException {
        SCMTriggerItem item = SCMTriggerItem.SCMTriggerItems.asSCMTriggerItem(job);
        for (SCM scm : item == null ? List.<SCM>of() : item.getSCMs()) {
            if (scm instanceof GitSCM git) {
                Optional<Revision> taken = taken(git);
                if (taken.isPresent()) {
                    SCMRevision revision = new AbstractGitSCMSource.SCMRevisionImpl(
                            new SCMHead(branch(git)), taken.get().getSha1String());
                    return opened(
                            SCMFileSystem.of(job, git, revision, build),
                            revision,
                            git.getUserRemoteConfigs().get(0).getUrl());
                }
            }
        }
        throw MlopsException.usage("Which commit this build is about is not known outside of a workspace: run the step"
                + " inside of 'node' after 'checkout scm', or after such a checkout, or in a multibranch job");
    }

    /** What this build has checked out of a repository. */
    private Optional<Revision> taken(GitSCM git) {
        List<String> remotes = git.getUserRemoteConfigs().stream()
                .map(remote -> remote.getUrl())
                .toList();
        return build.getActions(BuildData.class).stream()
                .filter(data -> data.getRemoteUrls().stream().anyMatch(remotes::contains))
                .filter(data -> data.lastBuild != null && data.lastBuild.getBuildNumber() == build.getNumber())
                .map(BuildData::getLastBuiltRevision)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static String branch(GitSCM git) {
        String name = git.getBranches().get(0).getName();
        return name.replaceFirst("^(refs/heads/|\\*/|origin/)", "");
    }

    private static Opened opened(
            @CheckForNull SCMFileSystem files, @CheckForNull SCMRevision revision, @CheckForNull String remote) {
        if (files == null || !(revision instanceof AbstractGitSCMSource.SCMRevisionImpl git)) {
            throw MlopsException.usage(
                    "The commit of this build cannot be read without a checkout: run the step inside of"
                            + " 'node' after 'checkout scm'");
        }
        return new Opened(
                files,
                new SourceRevision(git.getHash(), remote == null ? null : RemoteUrl.withoutSecrets(remote), List.of()));
    }
}
