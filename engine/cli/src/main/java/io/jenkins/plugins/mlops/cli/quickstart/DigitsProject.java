package io.jenkins.plugins.mlops.cli.quickstart;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;

/** The training code of {@code pipelines/digits}, which the jar carries, as a Git repository with one commit. */
final class DigitsProject {

    static final String REQUIREMENTS = "requirements.txt";

    /** What the pipeline consists of: a jar has no directories to list. */
    static final List<String> FILES = List.of(
            "Jenkinsfile",
            "Jenkinsfile.scripted",
            "README.md",
            "digits.py",
            "evaluate.py",
            "prepare.py",
            REQUIREMENTS,
            "rules.yaml",
            "train.py",
            "train.yaml");

    private static final String WHERE = "/pipelines/digits/";

    private DigitsProject() {}

    /** Makes the repository; returns the commit, 40 hex digits. */
    static String create(Path directory) {
        try (Git git = Git.init()
                .setDirectory(directory.toFile())
                .setInitialBranch("main")
                .call()) {
            for (String name : FILES) {
                try (InputStream in = open(name)) {
                    Files.copy(in, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            Files.writeString(directory.resolve(".gitignore"), "__pycache__/\n");
            git.add().addFilepattern(".").call();
            PersonIdent author = new PersonIdent("mlops quickstart", "quickstart@localhost");
            return git.commit()
                    .setMessage("Train a network on scanned digits")
                    .setAuthor(author)
                    .setCommitter(author)
                    .setSign(false)
                    .setNoVerify(true)
                    .call()
                    .getName();
        } catch (IOException | GitAPIException e) {
            throw MlopsException.failed("The Git repository " + directory + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** The requirements of the training code. */
    static String requirements() {
        return HostTools.resource(WHERE + REQUIREMENTS);
    }

    private static InputStream open(String name) {
        InputStream in = DigitsProject.class.getResourceAsStream(WHERE + name);
        if (in == null) {
            throw new IllegalStateException("the jar lacks " + WHERE + name);
        }
        return in;
    }
}
