package io.jenkins.plugins.mlops.lineage;

import hudson.Util;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.gate.GateReports;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;

/**
 * What is kept of one use and may be downloaded: files of fixed names and types, always as downloads, so that a browser shows
 * nothing of them in Jenkins' origin.
 */
@Restricted(NoExternalUse.class)
public final class KeptFiles {

    private static final String JSON = "application/json";

    private record Kept(Path file, String type) {}

    private final String url;
    private final Map<String, Kept> files;

    private KeptFiles(String url, Map<String, Kept> files) {
        this.url = url;
        this.files = Collections.unmodifiableMap(files);
    }

    /** A gate's reports. Not its HTML page, which has styles of its own. */
    static KeptFiles of(RunFacts.GateUse gate, Path directory) {
        Map<String, Kept> files = new LinkedHashMap<>();
        put(files, GateReports.JSON_FILE, within(directory, gate.report(), GateReports.JSON_FILE), JSON);
        put(
                files,
                GateReports.MARKDOWN_FILE,
                within(directory, gate.report(), GateReports.MARKDOWN_FILE),
                "text/markdown");
        put(files, GateReports.JUNIT_FILE, within(directory, gate.report(), GateReports.JUNIT_FILE), "application/xml");
        return new KeptFiles("gate/" + segment(gate.id()), files);
    }

    /** A training's evaluation record, and its lineage record from the controller's store. */
    static KeptFiles of(RunFacts.TrainingUse training, Path directory) {
        Map<String, Kept> files = new LinkedHashMap<>();
        put(files, "evaluation.json", within(directory, training.evaluation(), ""), JSON);
        if (training.record() != null && Digest.isDigest(training.record())) {
            put(files, "provenance.json", ControllerLineage.store().record(Digest.parse(training.record())), JSON);
        }
        return new KeptFiles("training/" + segment(training.id()), files);
    }

    /** The records of an evaluation. */
    static KeptFiles of(RunFacts.EvaluationUse evaluation, Path directory) {
        Map<String, Kept> files = new LinkedHashMap<>();
        if (evaluation.candidate() != null) {
            put(
                    files,
                    "evaluation.json",
                    within(directory, evaluation.candidate().evaluation(), ""),
                    JSON);
        }
        if (evaluation.champion() != null) {
            put(files, "champion.json", within(directory, evaluation.champion().evaluation(), ""), JSON);
        }
        return new KeptFiles("evaluation/" + segment(evaluation.id()), files);
    }

    /** The report of a check. */
    static KeptFiles of(RunFacts.CheckUse check, Path directory) {
        Map<String, Kept> files = new LinkedHashMap<>();
        put(files, "dataset-check.json", within(directory, check.report(), ""), JSON);
        return new KeptFiles("check/" + segment(check.id()), files);
    }

    /** The path from the build's page. */
    public String getUrl() {
        return url;
    }

    /** The files that are there. */
    public List<String> getNames() {
        return List.copyOf(files.keySet());
    }

    /** Sends the file that the rest of the path names. */
    public void doDynamic(StaplerRequest2 request, StaplerResponse2 response) throws IOException, ServletException {
        String name = request.getRestOfPath().replaceFirst("^/", "");
        Kept kept = files.get(name);
        if (kept == null) {
            response.sendError(StaplerResponse2.SC_NOT_FOUND);
            return;
        }
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
        response.setHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
        try (InputStream bytes = Files.newInputStream(kept.file())) {
            response.serveFile(
                    request,
                    bytes,
                    Files.getLastModifiedTime(kept.file()).toMillis(),
                    0,
                    Files.size(kept.file()),
                    "mime-type:" + kept.type() + ";charset=UTF-8");
        }
    }

    private static void put(Map<String, Kept> files, String name, Path file, String type) {
        if (file != null && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            files.put(name, new Kept(file, type));
        }
    }

    /** A file of the build that the facts name; null when they name nothing that is there. */
    static Path named(Path directory, String named) {
        Path file = within(directory, named, "");
        return file != null && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? file : null;
    }

    /** Null when the facts name nothing, or something outside of the directory. */
    private static Path within(Path directory, String named, String file) {
        if (named == null || named.isBlank()) {
            return null;
        }
        try {
            Path found = directory.resolve(named).resolve(file).normalize();
            return found.startsWith(directory) && !found.equals(directory) ? found : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static String segment(String id) {
        return Util.rawEncode(String.valueOf(id));
    }
}
