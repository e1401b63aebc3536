package io.jenkins.plugins.mlops.cli.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.quickstart.QuickstartDocument.Candidate;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** One quickstart: installs what it needs, starts the servers, tells the story, stops the servers. */
final class Quickstart {

    private static final Duration PREPARE_LIMIT = Duration.ofMinutes(5);
    private static final List<String> HOST_VARIABLES =
            List.of("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LC_ALL");
    /** A file of the first dataset version that the fine-tuning's dataset does not hold. */
    private static final String FILE = "images/day/digit-0001.png";

    private final Host host;
    private final QuickstartDirectory root;
    private final Narrator narrator;

    Quickstart(Host host, QuickstartDirectory root, Narrator narrator) {
        this.host = host;
        this.root = root;
        this.narrator = narrator;
    }

    /**
     * Runs it.
     *
     * @param keep whether the servers stay up at the end
     */
    QuickstartDocument run(boolean keep) {
        HostTools tools = HostTools.find(host, root.toolLog("python"));
        QuickstartDirectory.Run run = root.newRun();
        narrator.say("Everything is kept in " + root.root());
        try (Servers servers = new Servers(run, host.environment())) {
            narrator.chapter(
                    1, "Servers and tools: an S3 server that checks signatures, MLflow, the training's Python");
            AtomicReference<String> commit = new AtomicReference<>();
            Path python = prepare(run, tools, servers, commit);
            narrator.say("S3 at " + servers.s3() + ", MLflow starting at " + servers.mlflow());
            QuickstartDocument document = tell(run, servers, python, commit.get(), keep);
            Documents.writeJson(run.directory().resolve("quickstart.json"), document);
            if (keep) {
                servers.keep();
            }
            return document;
        } catch (IOException e) {
            throw MlopsException.failed("The run's document cannot be written to " + run.directory() + ": " + e, e);
        }
    }

    /** Until there is an S3 server, a dataset and a repository; MLflow still starts then. */
    private Path prepare(
            QuickstartDirectory.Run run, HostTools tools, Servers servers, AtomicReference<String> commit) {
        AtomicReference<Path> python = new AtomicReference<>();
        try (FileChannel installing =
                FileChannel.open(root.tools().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            installing.lock(); // closing unlocks
            Parallel.run(List.of(
                    () -> {
                        Path mlflow = tool("MLflow", "mlflow", run)
                                .virtualEnvironment(tools.python(), HostTools.resource("mlflow-requirements.txt"));
                        servers.startMlflow(mlflow);
                        narrator.say("MLflow is installed");
                    },
                    () -> {
                        Path jars = tool("the S3 server", "s3proxy", run)
                                .jars(tools.maven(), HostTools.resource("s3-server.pom.xml"));
                        servers.startS3(jars);
                        narrator.say("the S3 server runs");
                    },
                    () -> {
                        python.set(tool("the training's environment", "training", run)
                                .virtualEnvironment(tools.python(), DigitsProject.requirements()));
                        commit.set(DigitsProject.create(run.code()));
                        new ExternalProgram(host.environment(), run.logs().resolve("prepare.log"))
                                .run(
                                        "Writing the digits",
                                        run.code(),
                                        PREPARE_LIMIT,
                                        List.of(
                                                python.get().toString(),
                                                "-B",
                                                "prepare.py",
                                                run.data().toString()));
                        narrator.say("the training's environment, its Git repository and the datasets are made");
                    }));
            return python.get();
        } catch (FileLockInterruptionException e) {
            throw MlopsException.interrupted("The quickstart");
        } catch (IOException e) {
            throw MlopsException.failed("The directory " + root.tools() + " cannot be locked: " + e, e);
        }
    }

    private Tool tool(String name, String directory, QuickstartDirectory.Run run) {
        return new Tool(
                name,
                root.tools().resolve(directory),
                new ExternalProgram(host.environment(), run.logs().resolve("install-" + directory + ".log")));
    }

    private QuickstartDocument tell(
            QuickstartDirectory.Run run, Servers servers, Path python, String commit, boolean keep) {
        Map<String, String> environment = environment(run, servers, python);
        if (keep) {
            writeVariables(run, environment);
        }
        MlopsCalls mlops = new MlopsCalls(environment, run.code(), run.logs().resolve("commands.log"), narrator);
        Story story = new Story(run, mlops, narrator);

        narrator.chapter(2, "The code and the data");
        narrator.say("Git repository " + run.code() + ", commit " + commit);
        narrator.say("1,797 scanned digits as PNG files in " + run.data() + "; a third is dark and noisy: 'night'");
        narrator.say("(the commands below run in that repository)");

        narrator.chapter(3, "From a dataset version to a champion");
        JsonNode training = story.publish("training", "digits");
        JsonNode evaluation = story.publish("evaluation", "digits-evaluation");
        JsonNode pulled = story.pull(training);
        servers.awaitMlflow();
        Candidate first = story.promote(story.train("first", training, evaluation, null, true), "none");

        narrator.chapter(4, "A bad dataset, a good one, and the way back");
        narrator.say("Half of the labels are wrong in the next version; only the file with the labels is sent.");
        JsonNode damagedData = story.publish("damaged", "digits");
        Candidate damaged = story.train("damaged", damagedData, evaluation, null, false);
        narrator.say("The champion stays. Now the champion is fine-tuned with new images, all taken at night.");
        JsonNode nights = story.publish("nights", "digits-nights");
        Candidate fineTuned = story.promote(
                story.train("fine-tuned", nights, evaluation, Story.MODEL + "@champion", true),
                first.registration().path("version").asText());
        JsonNode rollback = story.rollback("Shown by the quickstart");

        narrator.chapter(5, "Where the champion comes from, and what came from the data");
        JsonNode champion = story.champion();
        narrator.say("Which models came from the first dataset version?");
        JsonNode byDataset = story.find("--dataset", training.path("version").asText());
        narrator.say("And from one image of it, say if it must be withdrawn?");
        JsonNode byFile = story.find(
                "--file",
                run.code()
                        .relativize(run.data().resolve("training").resolve(FILE))
                        .toString());
        narrator.chapter(6, "Summary");
        return new QuickstartDocument(
                QuickstartDocument.SCHEMA,
                run.directory().toString(),
                commit,
                new QuickstartDocument.Servers(servers.s3(), servers.mlflow(), keep),
                new QuickstartDocument.Datasets(training, evaluation, damagedData, nights),
                pulled,
                first,
                damaged,
                fineTuned,
                rollback,
                new QuickstartDocument.Lineage(champion, byDataset, FILE, byFile),
                narrator.seconds());
    }

    /** What a user would have exported; nothing else of the host's. */
    private Map<String, String> environment(QuickstartDirectory.Run run, Servers servers, Path python) {
        Map<String, String> environment = new TreeMap<>(servers.variables());
        for (String name : HOST_VARIABLES) {
            if (host.variable(name) != null) {
                environment.put(name, host.variable(name));
            }
        }
        environment.put("PATH", python.getParent() + File.pathSeparator + environment.getOrDefault("PATH", ""));
        environment.put("MLOPS_CACHE_DIR", run.cache().toString());
        environment.put("MLOPS_LINEAGE_DIR", run.lineage().toString());
        return environment;
    }

    /** For a shell to read; only the user may, since it holds the store's secret. */
    private static void writeVariables(QuickstartDirectory.Run run, Map<String, String> environment) {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> {
            if (!HOST_VARIABLES.contains(name) || name.equals("PATH")) {
                text.append("export ")
                        .append(name)
                        .append("='")
                        .append(value.replace("'", "'\\''"))
                        .append("'\n");
            }
        });
        PrivateFile.write(run.directory().resolve(QuickstartDirectory.VARIABLES_FILE), text.toString());
    }
}
