package io.jenkins.plugins.mlops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;

/** What a user of docs/jenkins-quickstart.md has: a repository with pipelines/digits, and a controller's configuration. */
public final class DigitsProject {

    public static final Path PIPELINE = Path.of("pipelines", "digits");
    private static final Path PAGE = Path.of("docs", "jenkins-quickstart.md");

    private DigitsProject() {}

    /** Makes a repository with the pipeline in a directory of it; returns the commit. */
    public static String repository(Path root, String where) throws Exception {
        Path code = Files.createDirectories(root.resolve(where));
        try (Stream<Path> files = Files.list(PIPELINE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, code.resolve(file.getFileName()));
            }
        }
        try (Git git =
                Git.init().setDirectory(root.toFile()).setInitialBranch("main").call()) {
            git.add().addFilepattern(".").call();
            return git.commit()
                    .setMessage("Train a network on scanned digits")
                    .setAuthor("A. Author", "author@example.org")
                    .setCommitter("A. Author", "author@example.org")
                    .setSign(false)
                    .call()
                    .getName();
        }
    }

    /** The first YAML block of the page: the configuration as code. */
    public static String configuration() throws IOException {
        Matcher block = Pattern.compile("^```yaml\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        if (!block.find()) {
            throw new IllegalStateException("no YAML in " + PAGE);
        }
        return block.group(1);
    }
}
