package io.jenkins.plugins.mlops;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.gate.Gate;
import io.jenkins.plugins.mlops.core.gate.GateReports;
import io.jenkins.plugins.mlops.core.gate.GateResult;
import io.jenkins.plugins.mlops.core.gate.Measurement;
import io.jenkins.plugins.mlops.core.gate.Metrics;
import io.jenkins.plugins.mlops.core.gate.RuleSet;
import io.jenkins.plugins.mlops.core.lineage.LineageMatch;
import io.jenkins.plugins.mlops.core.lineage.LineageQuery;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.registry.RunStatus;
import io.jenkins.plugins.mlops.core.registry.TrackedRun;
import io.jenkins.plugins.mlops.core.source.SourceRevision;
import io.jenkins.plugins.mlops.core.store.LocalFile;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import jenkins.security.MasterToSlaveCallable;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.transport.URIish;

/**
 * Lets core use each of its libraries where this is called, and tells what came of it: the same everywhere, or the libraries of
 * that place do not fit.
 */
public final class CoreUse extends MasterToSlaveCallable<TreeMap<String, String>, Exception> {

    private static final long serialVersionUID = 1;

    private static final Instant MOMENT = Instant.parse("2026-11-02T10:00:00.123Z");

    /** A document with the usual kinds of values. */
    public record Sample(String name, int count, Boolean on, Instant at, Object note) {}

    /** Each rule of strict reading: a document that breaks it, and a part of the sentence that it meets. */
    private enum Broken {
        UNKNOWN_KEY(
                "count: 1\nnme: b", "line 2, column 1 (nme): unknown key 'nme'; known are at, count, name, note, on"),
        KEY_TWICE("count: 1\ncount: 2", "Duplicate field 'count'"),
        TEXT_AS_NUMBER("count: '1'", "a whole number is wanted"),
        FRACTION("count: 1.5", "'1.5' is no whole number"),
        NOTHING_AS_NUMBER("count: null", "a whole number is wanted"),
        TEXT_AS_BOOLEAN("count: 1\n'on': 'true'", "a boolean (true or false) is wanted"),
        LIST_AS_TEXT("count: 1\nname: [a]", "a text is wanted"),
        NO_INSTANT("count: 1\nat: yesterday", "'yesterday' is no Instant"),
        SECOND_DOCUMENT("count: 1\n---\ncount: 2", "line 3, column 1: the document has ended"),
        TOO_DEEP("count: 1\nnote: " + "[".repeat(101) + "]".repeat(101), "nesting depth"),
        NO_YAML("count: 1\n\tname: a", "cannot start any token");

        private final String yaml;
        private final String reason;

        Broken(String yaml, String reason) {
            this.yaml = yaml;
            this.reason = reason;
        }

        private String refusal() {
            try {
                return "taken as " + Documents.readYaml(yaml, "sample.yaml", Sample.class);
            } catch (MlopsException e) {
                return e.kind() == MlopsException.Kind.USAGE && e.getMessage().contains(reason)
                        ? "refused"
                        : e.kind() + ": " + e.getMessage();
            }
        }
    }

    private final String directory;
    private final TestServers.S3 s3;
    private final String bucket;
    private final URI mlflow;

    /** Without servers. @param directory where it may write; made when it is missing */
    public CoreUse(File directory) {
        this(directory, null, null, null);
    }

    public CoreUse(File directory, TestServers.S3 s3, String bucket, URI mlflow) {
        this.directory = directory.toString();
        this.s3 = s3;
        this.bucket = bucket;
        this.mlflow = mlflow;
    }

    /** What {@link #call} has to tell. */
    public TreeMap<String, String> expected() {
        TreeMap<String, String> facts = new TreeMap<>();
        EnumSet.allOf(Broken.class).forEach(rule -> facts.put("yaml " + rule, "refused"));
        facts.put("json", MOMENT.toString());
        facts.put("git", "https://git.example/team/x.git [new.py]");
        facts.put("gate", "pass, with its style");
        facts.put("resources", "found");
        facts.put("lineage", "digits/1");
        if (s3 != null) {
            facts.put("s3", "[p/big 67108865, p/ä +.txt 5] small");
        }
        if (mlflow != null) {
            facts.put("mlflow", "FINISHED {loss=0.5}");
        }
        return facts;
    }

    @Override
    public TreeMap<String, String> call() throws Exception {
        Path work = Files.createDirectories(Path.of(directory));
        TreeMap<String, String> facts = new TreeMap<>();
        EnumSet.allOf(Broken.class).forEach(rule -> facts.put("yaml " + rule, rule.refusal()));
        facts.put("json", json());
        facts.put("git", git(work.resolve("git")));
        facts.put("gate", gate(work.resolve("gate")));
        facts.put("resources", resources());
        facts.put("lineage", lineage(work.resolve("lineage")));
        if (s3 != null) {
            facts.put("s3", s3(work));
        }
        if (mlflow != null) {
            facts.put("mlflow", mlflow());
        }
        return facts;
    }

    private static String json() {
        String text = Documents.toJson(new Sample("a", 1, true, MOMENT, null));
        return Documents.readJson(text, "sample.json", Sample.class).at().toString();
    }

    private static String git(Path directory) throws IOException, GitAPIException {
        try (Git git = Git.init().setDirectory(directory.toFile()).call()) {
            git.remoteAdd()
                    .setName("origin")
                    .setUri(new URIish("https://ann:secret@git.example/team/x.git"))
                    .call();
            Files.writeString(directory.resolve("train.py"), "code");
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage("code")
                    .setAuthor("Ann", "ann@example.org")
                    .setSign(false)
                    .call();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        Files.writeString(directory.resolve("new.py"), "new");
        SourceRevision revision = SourceRevision.of(directory).orElseThrow();
        return revision.repository() + " " + revision.changes();
    }

    private static String gate(Path directory) throws IOException {
        String rules = "rules:\n- metric: accuracy\n  direction: higher\n  threshold: 0.9\n";
        GateResult result = new Gate(RuleSet.parse(rules, "rules.yaml"), "rules.yaml", Digest.of(rules))
                .evaluate(
                        new Measurement("metrics.json", null, null, null, Metrics.of(Map.of("accuracy", 0.95))),
                        reference -> {
                            throw new IllegalStateException("no rule has a baseline");
                        });
        GateReports.write(result, directory);
        boolean styled = Files.readString(directory.resolve("gate.html")).contains("<style>");
        return result.verdict().toString() + (styled ? ", with its style" : ", without style");
    }

    private static String resources() throws IOException {
        return size(RuleSet.class, RuleSet.SCHEMA_RESOURCE) > 0
                        && size(TrainingSpecification.class, "training.schema.json") > 0
                        && size(TrainingSpecification.class, "environment.py") > 0
                ? "found"
                : "empty";
    }

    private static int size(Class<?> beside, String name) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            return in.readAllBytes().length;
        }
    }

    private static String lineage(Path directory) {
        Digest file = Digest.of("weights");
        Digest tree = new TreeDigest().add("model.bin", 7, file).finish();
        ModelFiles model = new ModelFiles(tree, 7, List.of(new ModelFiles.ModelFile("model.bin", 7, file)));
        LineageStore store = LineageStore.open(directory);
        store.append(Provenance.training(model)
                .builder("https://jenkins.example/job/digits/1/", Map.of())
                .run("digits #1", MOMENT, MOMENT.plusSeconds(60))
                .commit("https://git.example/team/x.git", "3f786850e387550fdab836ed7e6dc881de23001b")
                .statement());
        store.append(new Registration("digits", 1, "s3://models/1", "run-1", null, "ann", MOMENT).statement(tree));
        List<LineageMatch> found = store.find(LineageQuery.commit("3f786850"));
        return found.stream()
                .flatMap(match -> match.versions().stream())
                .map(version -> version.name() + "/" + version.version())
                .collect(Collectors.joining(","));
    }

    private String s3(Path work) throws IOException {
        Path big = work.resolve("big");
        try (RandomAccessFile file = new RandomAccessFile(big.toFile(), "rw")) {
            file.setLength(64L * 1024 * 1024 + 1); // is sent in parts
        }
        Path small = Files.writeString(work.resolve("small"), "small");
        var keys = new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null);
        S3Uri prefix = new S3Uri(bucket, UUID.randomUUID() + "/");
        try (ObjectStore store =
                ObjectStore.connect(new ObjectStoreSettings(URI.create(s3.endpoint()), s3.region(), keys))) {
            store.put(prefix.resolve("p/big"), LocalFile.read(big));
            store.put(prefix.resolve("p/ä +.txt"), LocalFile.read(small));
            TreeSet<String> listed = new TreeSet<>();
            store.list(
                    prefix,
                    object -> listed.add(
                            object.location().key().substring(prefix.key().length()) + " " + object.size()));
            return listed + " " + new String(store.read(prefix.resolve("p/ä +.txt"), 100), StandardCharsets.UTF_8);
        }
    }

    private String mlflow() {
        try (MlflowServer server = MlflowServer.connect(new MlflowSettings(mlflow, null), null)) {
            String mark = UUID.randomUUID().toString();
            TrackedRun run = server.createRun("core in jenkins", "one", Map.of("mlops.it", mark));
            server.logMetrics(run.runId(), Map.of("loss", 0.5));
            server.endRun(run.runId(), RunStatus.FINISHED);
            TrackedRun found =
                    server.runByTag("core in jenkins", "mlops.it", mark).orElseThrow();
            return found.status() + " " + found.metrics();
        }
    }
}
