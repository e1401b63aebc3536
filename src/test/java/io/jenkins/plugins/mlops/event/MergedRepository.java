package io.jenkins.plugins.mlops.event;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Git repository on the disk, as Bitbucket would have it: with a branch that pull requests are merged into. */
public final class MergedRepository {

    static final String BRANCH = "master";

    private final Path directory;
    private int changes;

    public MergedRepository(Path directory, String jenkinsfile) throws Exception {
        this.directory = Files.createDirectories(directory);
        git("init", "-q", "-b", BRANCH);
        git("config", "user.name", "Ann");
        git("config", "user.email", "ann@example.org");
        commit(jenkinsfile);
    }

    String url() {
        return directory.toUri().toString().replaceFirst("/$", "");
    }

    /** Commits on the branch that is checked out. @return the commit */
    String commit(String jenkinsfile) throws Exception {
        Files.writeString(directory.resolve("Jenkinsfile"), jenkinsfile);
        return change();
    }

    private String change() throws Exception {
        Files.writeString(directory.resolve("code.txt"), "change " + ++changes);
        git("add", "-A");
        git("commit", "-q", "-m", "Change " + changes);
        return git("rev-parse", "HEAD");
    }

    /** A branch with one change, merged with a merge commit. @return that commit */
    public String merge(String jenkinsfile) throws Exception {
        branch(jenkinsfile);
        git("merge", "-q", "--no-ff", "-m", "Merge", "feature");
        return merged();
    }

    /** As {@link #merge}, squashed. */
    String squash(String jenkinsfile) throws Exception {
        branch(jenkinsfile);
        git("merge", "-q", "--squash", "feature");
        git("commit", "-q", "-m", "Squashed");
        return merged();
    }

    /** As {@link #merge}, by moving the branch. */
    String fastForward(String jenkinsfile) throws Exception {
        branch(jenkinsfile);
        git("merge", "-q", "--ff-only", "feature");
        return merged();
    }

    private void branch(String jenkinsfile) throws Exception {
        git("checkout", "-q", "-b", "feature");
        commit(jenkinsfile);
        git("checkout", "-q", BRANCH);
    }

    private String merged() throws Exception {
        git("branch", "-q", "-D", "feature");
        return git("rev-parse", "HEAD");
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + output);
        }
        return output.trim();
    }
}
