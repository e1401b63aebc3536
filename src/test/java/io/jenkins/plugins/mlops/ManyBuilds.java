package io.jenkins.plugins.mlops;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * A Pipeline job with years of ended builds, as files that Jenkins loads: each has a dataset, a training, a gate and its log, most
 * gates pass, and every tenth build moves the alias. Numbers drift and wobble by the build's number, the same in every run.
 * What the builds did is written as text of the format {@code mlops-build/1}, so it also stands for what older versions wrote.
 */
public final class ManyBuilds {

    /** The model and alias that the builds speak of, on the MLflow profile {@code lab}. */
    public static final String MODEL = "digits";

    public static final String ALIAS = "champion";
    public static final String SERVER = "lab";

    private static final Instant FIRST = Instant.parse("2024-01-01T06:00:00Z");
    private static final Duration BETWEEN = Duration.ofMinutes(90);
    private static final int PROMOTED = 10;

    private ManyBuilds() {}

    /** Makes a job with builds in a Jenkins that runs; more can be run after them. */
    public static WorkflowJob job(JenkinsRule r, String name, int builds) throws IOException {
        WorkflowJob job = r.jenkins.createProject(WorkflowJob.class, name);
        write(job.getRootDir().toPath(), builds);
        job.doReload();
        return r.jenkins.getItemByFullName(name, WorkflowJob.class);
    }

    /**
     * Writes the files.
     *
     * @param job directory of a job, {@code jobs/NAME} below Jenkins' home; its configuration is written too when there is none
     */
    public static void write(Path job, int builds) throws IOException {
        Files.createDirectories(job);
        if (!Files.exists(job.resolve("config.xml"))) {
            Files.writeString(job.resolve("config.xml"), """
                    <?xml version='1.1' encoding='UTF-8'?>
                    <flow-definition>
                      <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition">
                        <script>echo 'trains'</script>
                        <sandbox>true</sandbox>
                      </definition>
                    </flow-definition>
                    """);
        }
        for (int number = 1; number <= builds; number++) {
            Path build = Files.createDirectories(job.resolve("builds").resolve(String.valueOf(number)));
            Files.writeString(build.resolve("build.xml"), buildXml(number));
            Files.writeString(build.resolve("log"), "Started by timer\naccuracy " + accuracy(number) + "\nFinished\n");
            Documents.writeJson(Files.createDirectory(build.resolve("mlops")).resolve("facts.json"), facts(number));
        }
        Files.writeString(job.resolve("builds").resolve("permalinks"), permalinks(builds));
        Files.writeString(job.resolve("nextBuildNumber"), builds + 1 + "\n");
    }

    /** As Jenkins keeps them; without, it would look for the last unstable build in all of them once. */
    private static String permalinks(int builds) {
        int passed = builds;
        int failed = builds;
        while (passed > 0 && !passes(passed)) {
            passed--;
        }
        while (failed > 0 && passes(failed)) {
            failed--;
        }
        return """
                lastCompletedBuild %1$d
                lastFailedBuild %3$s
                lastStableBuild %2$s
                lastSuccessfulBuild %2$s
                lastUnstableBuild -1
                lastUnsuccessfulBuild %3$s
                """.formatted(builds, passed == 0 ? -1 : passed, failed == 0 ? -1 : failed);
    }

    /** Whether the gate of a build passed. */
    public static boolean passes(int number) {
        return accuracy(number) >= 0.9;
    }

    /** Rises slowly towards 0.98, with a wobble; about one in seven is below 0.9. */
    public static double accuracy(int number) {
        double rise = 0.06 * number / (number + 500.0);
        double wobble = 0.025 * Math.sin(number * 1.7) + (number % 9 == 4 ? -0.09 : 0);
        return Math.round((0.925 + rise + wobble) * 10_000) / 10_000.0;
    }

    private static Instant started(int number) {
        return FIRST.plus(BETWEEN.multipliedBy(number));
    }

    private static String buildXml(int number) {
        return """
                <?xml version='1.1' encoding='UTF-8'?>
                <flow-build>
                  <actions>
                    <hudson.model.CauseAction>
                      <causeBag class="linked-hash-map">
                        <entry>
                          <hudson.triggers.TimerTrigger_-TimerTriggerCause/>
                          <int>1</int>
                        </entry>
                      </causeBag>
                    </hudson.model.CauseAction>
                    <io.jenkins.plugins.mlops.lineage.MlopsBuildAction/>
                  </actions>
                  <queueId>%d</queueId>
                  <timestamp>%d</timestamp>
                  <startTime>%d</startTime>
                  <result>%s</result>
                  <duration>%d</duration>
                  <charset>UTF-8</charset>
                  <keepLog>false</keepLog>
                  <completed>true</completed>
                  <checkouts class="hudson.util.PersistedList"/>
                </flow-build>
                """.formatted(
                        number,
                        started(number).toEpochMilli(),
                        started(number).toEpochMilli() + 15,
                        passes(number) ? "SUCCESS" : "FAILURE",
                        Duration.ofMinutes(20).toMillis() + number % 60 * 1000L);
    }

    private static Map<String, Object> facts(int number) {
        String run = digest("run", number).hex().substring(0, 32);
        String model = digest("model", number).toString();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("schema", "mlops-build/1");
        facts.put("datasets", List.of(dataset(number)));
        facts.put("trainings", List.of(training(number, run, model)));
        facts.put("gates", List.of(gate(number, run, model)));
        facts.put("aliases", passes(number) && number % PROMOTED == 0 ? List.of(alias(number, run)) : List.of());
        facts.put("evaluations", List.of());
        return facts;
    }

    private static Map<String, Object> dataset(int number) {
        Map<String, Object> use = use("7", number, 1);
        use.put("action", "PULLED");
        use.put("role", "training");
        use.put("name", "digits-train");
        use.put("version", digest("dataset", number / 100).toString());
        use.put("sourceId", null);
        use.put("source", "s3://datasets/digits/train");
        use.put("files", 1437 + number / 100);
        use.put("bytes", 1_204_812);
        use.put("node", "gpu-agent-1");
        use.put("directory", "/home/jenkins/workspace/digits/data/train");
        use.put("partial", false);
        return use;
    }

    private static Map<String, Object> training(int number, String run, String model) {
        Map<String, Object> use = use("12", number, 15);
        use.put("tag", "tag-" + number);
        use.put("server", SERVER);
        use.put("experiment", MODEL);
        use.put("runId", run);
        use.put("runUrl", "https://mlflow.example/#/experiments/1/runs/" + run);
        use.put("status", "FINISHED");
        use.put("commit", digest("commit", number).hex().substring(0, 40));
        use.put("repository", "https://git.example/team/digits.git");
        use.put("modelDigest", model);
        use.put("parent", "models:/" + MODEL + "/" + Math.max(1, number - 1));
        use.put("evaluation", null);
        use.put("record", null);
        use.put("gaps", List.of());
        return use;
    }

    private static Map<String, Object> gate(int number, String run, String model) {
        double accuracy = accuracy(number);
        double before = accuracy(Math.max(1, number - 1));
        List<Map<String, Object>> rules = new ArrayList<>();
        rules.add(rule("accuracy", null, accuracy, 0.9, before));
        rules.add(rule("loss", null, 1 - accuracy, null, 1 - before));
        rules.add(rule("accuracy", "eight", accuracy - 0.01, 0.85, before - 0.01));
        Map<String, Object> use = use("20", number, 17);
        use.put("name", "quality");
        use.put("verdict", passes(number) ? "pass" : "fail");
        use.put("summary", passes(number) ? "3 of 3 rules passed" : "1 of 3 rules failed");
        use.put("report", "gates/20");
        use.put("digest", digest("gate", number).toString());
        use.put("modelDigest", model);
        use.put("runId", run);
        use.put("baseline", "champion, version " + Math.max(1, number / PROMOTED));
        use.put("rules", rules);
        return use;
    }

    private static Map<String, Object> rule(String metric, String slice, double value, Double limit, double baseline) {
        boolean passes = limit == null || value >= limit;
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("metric", metric);
        rule.put("slice", slice);
        rule.put("value", number(value));
        rule.put("limit", limit == null ? null : number(limit));
        rule.put("baseline", number(baseline));
        rule.put("verdict", passes ? "pass" : "fail");
        rule.put("reason", number(value) + (passes ? " is allowed" : " is below " + number(limit)));
        return rule;
    }

    private static Map<String, Object> alias(int number, String run) {
        Map<String, Object> use = use("25", number, 19);
        use.put("action", "promote");
        use.put("server", SERVER);
        use.put("model", MODEL);
        use.put("alias", ALIAS);
        use.put("version", number / PROMOTED);
        use.put("previous", Math.max(0, number / PROMOTED - 1));
        use.put("runId", run);
        use.put("gate", digest("gate", number).toString());
        use.put("by", "timer");
        use.put("reason", "build " + number);
        return use;
    }

    private static Map<String, Object> use(String id, int number, int minutes) {
        Map<String, Object> use = new LinkedHashMap<>();
        use.put("id", id);
        use.put("at", started(number).plus(Duration.ofMinutes(minutes)).toString());
        return use;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static Digest digest(String what, int number) {
        return Digest.of((what + " " + number).getBytes(StandardCharsets.UTF_8));
    }
}
