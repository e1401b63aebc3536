package io.jenkins.plugins.mlops.lineage;

import hudson.model.Job;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * The facts of a job's last builds, read from their files: no build is loaded, however many there are, and there is no index that could go
 * stale when builds are deleted.
 */
@Restricted(NoExternalUse.class)
public final class BuildFiles {

    /** A build's number and what it did. */
    record Build(int number, RunFacts facts) {}

    /** So many numbers are looked at for files before the search ends: builds before may have facts, but nobody waits for them. */
    private static final int LOOKED_AT = 1000;

    /** Of a file that is read for a chart; builds with more to say are left out of it. */
    private static final long MAX_BYTES = 2L * 1024 * 1024;

    private static final int LIKELY = 8;

    private final Path builds;
    private final int next;

    public BuildFiles(Job<?, ?> job) {
        builds = job.getBuildDir().toPath();
        next = job.getNextBuildNumber();
    }

    /** Whether one of the very last builds has facts. */
    boolean likely() {
        for (int number = next - 1; number > 0 && number >= next - LIKELY; number--) {
            if (Files.exists(file(number))) {
                return true;
            }
        }
        return false;
    }

    /** The last builds with facts, the oldest first. */
    List<Build> last(int most) {
        List<Build> found = new ArrayList<>();
        for (int number : numbers()) {
            if (found.size() == most) {
                break;
            }
            read(number).ifPresent(facts -> found.add(0, new Build(number, facts)));
        }
        return found;
    }

    /** The facts of all builds, of which a job may have very many, in no order. */
    public void each(Consumer<RunFacts> hearer) {
        all().forEach(number -> read(number).ifPresent(hearer));
    }

    private List<Integer> numbers() {
        List<Integer> numbers = all();
        numbers.sort(Comparator.reverseOrder());
        return numbers.subList(0, Math.min(LOOKED_AT, numbers.size()));
    }

    private List<Integer> all() {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(builds)) {
            for (Path directory : directories) {
                String name = String.valueOf(directory.getFileName());
                if (name.length() < 10 && !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    numbers.add(Integer.valueOf(name));
                }
            }
        } catch (IOException e) {
            return new ArrayList<>(); // the job has no build yet, or was deleted just now
        }
        return numbers;
    }

    /** Nothing of a build without facts, and of one whose file is damaged or of another version: its own page says which. */
    private Optional<RunFacts> read(int number) {
        Path file = file(number);
        try {
            if (!Files.exists(file) || Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            RunFacts facts = Documents.readJson(Files.readString(file), "facts.json", RunFacts.class);
            return RunFacts.SCHEMA.equals(facts.schema()) ? Optional.of(facts) : Optional.empty();
        } catch (IOException | MlopsException e) {
            return Optional.empty();
        }
    }

    private Path file(int number) {
        return builds.resolve(String.valueOf(number)).resolve("mlops").resolve("facts.json");
    }
}
