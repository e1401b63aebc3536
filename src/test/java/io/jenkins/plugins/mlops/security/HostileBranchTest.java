package io.jenkins.plugins.mlops.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hudson.model.Result;
import io.jenkins.plugins.mlops.ManyBuilds;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.digest.TreeDigest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.beans.Introspector;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.DataBoundSetter;

/** A branch that somebody wrote who wants more than a training: what its Jenkinsfile and its files say, in a sandbox as usual. */
@WithJenkins
class HostileBranchTest {

    private static final String MARKUP =
            "\"'><img src=x id=pwned onerror=alert(1)><script id=pwned>alert(1)</script>${7*7}#{7*7}";

    /** They are parsed, or chosen of a few. */
    private static final Set<String> STRUCTURE = Set.of(
            "schema", "action", "role", "verdict", "status", "version", "digest", "modelDigest", "gate", "at", "limit");

    /** What steps are told in words and what they only read; the rest is written or published. */
    private static final Set<String> NOT_WRITTEN = Set.of(
            "against",
            "alias",
            "approval",
            "baseline",
            "branch",
            "champion",
            "cluster",
            "commit",
            "cpu",
            "dataset",
            "datasetSourceId",
            "dvc",
            "evaluationDataset",
            "evaluationDatasetSourceId",
            "expect",
            "experiment",
            "from",
            "gate",
            "gpuResource",
            "group",
            "image",
            "link",
            "manifest",
            "memory",
            "name",
            "onFailure",
            "parent",
            "path",
            "reason",
            "repo",
            "repository",
            "rev",
            "role",
            "rules",
            "run",
            "runName",
            "schema",
            "server",
            "shm",
            "sourceId",
            "spec",
            "store",
            "to",
            "version");

    /** As {@link #NOT_WRITTEN}, of one step alone. */
    private static final Set<String> NOT_WRITTEN_BY =
            Set.of("evaluateModel.model", "evaluationGate.metrics", "evaluationGate.model");

    private final List<String> faults = new ArrayList<>();
    private JenkinsRule jenkins;

    @BeforeEach
    void configured(JenkinsRule rule) {
        jenkins = rule;
        MlopsConfiguration.get().setObjectStores(List.of(new ObjectStoreProfile("store", "http://127.0.0.1:1")));
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", "http://127.0.0.1:1")));
    }

    /** Every text of a build's record that a branch, an agent or a server can choose. */
    @Test
    void markupInWhatIsRecordedIsText() throws Exception {
        WorkflowJob job = ManyBuilds.job(jenkins, "trains", 3);
        int texts = 0;
        for (int number = 1; number <= 3; number++) {
            Path file = job.getBuildByNumber(number).getRootDir().toPath().resolve("mlops/facts.json");
            ObjectNode facts = (ObjectNode) Documents.json().readTree(file.toFile());
            texts += spoil(facts);
            Documents.writeJson(file, facts);
        }
        assertThat(texts).isGreaterThan(60);
        job.doReload();
        List<String> found = new ArrayList<>();
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)) {
            browser.getOptions().setPrintContentOnFailingStatusCode(false);
            browser.getOptions().setCssEnabled(false);
            // The first page of a Jenkins has all of its templates compiled, which a busy machine takes minutes for.
            browser.getOptions().setTimeout((int) TimeUnit.MINUTES.toMillis(10));
            for (String address : List.of(
                    "job/trains/",
                    "job/trains/3/",
                    "job/trains/3/mlops/",
                    "job/trains/1/mlops/",
                    "job/trains/mlops/",
                    "mlops-models/")) {
                if (!(browser.goTo(address, null) instanceof HtmlPage page)) {
                    found.add(address + " is no page");
                    continue;
                }
                if (address.endsWith("3/mlops/")) {
                    assertThat(page.asNormalizedText())
                            .as("it is shown as text")
                            .contains("<img src=x id=pwned");
                }
                assertThat(page.getWebResponse().getContentAsString()).doesNotContain("digits-train49");
                page.getElementsById("pwned").forEach(element -> found.add(address + ": " + element));
                for (DomElement link : page.getDomElementDescendants()) {
                    for (String attribute : List.of("href", "src", "action")) {
                        if (link.getAttribute(attribute).trim().toLowerCase().startsWith("javascript:")) {
                            found.add(address + ": " + link);
                        }
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    private static int spoil(JsonNode node) {
        int spoiled = 0;
        if (node instanceof ObjectNode object) {
            for (String name : new ArrayList<>(
                    object.properties().stream().map(Map.Entry::getKey).toList())) {
                JsonNode value = object.get(name);
                if (value.isTextual() && name.endsWith("Url")) {
                    object.put(name, "javascript:alert(1)//" + MARKUP);
                    spoiled++;
                } else if (value.isTextual() && !STRUCTURE.contains(name)) {
                    object.put(name, value.asText() + MARKUP);
                    spoiled++;
                } else {
                    spoiled += spoil(value);
                }
            }
        } else if (node instanceof ArrayNode array) {
            for (JsonNode each : array) {
                spoiled += spoil(each);
            }
        }
        return spoiled;
    }

    /** Steps name profiles; the branch says neither where they are nor who asks. */
    @Test
    void noStepTakesAnAddressOfAServerOrACredential() {
        List<String> parameters = StepDescriptor.all().stream()
                .filter(descriptor -> descriptor.clazz.getName().startsWith("io.jenkins.plugins.mlops."))
                .flatMap(descriptor -> Arrays.stream(descriptor.clazz.getMethods()))
                .filter(method -> method.isAnnotationPresent(DataBoundSetter.class))
                .map(Method::getName)
                .toList();
        assertThat(parameters).hasSizeGreaterThan(40);
        assertThat(parameters.stream()
                        .filter(name ->
                                name.matches("(?i).*(url|endpoint|credential|token|password|secretkey|accesskey).*")))
                .isEmpty();
    }

    @Test
    void theSandboxAndTheStepsRefuseWhatReachesFurther() throws Exception {
        refused(
                "io.jenkins.plugins.mlops.config.MlopsConfiguration.get()",
                "Scripts not permitted to use staticMethod");
        refused(
                "new io.jenkins.plugins.mlops.config.MlflowProfile('a', 'http://evil.example')",
                "Scripts not permitted to use new");
        refused(
                "node { pullDataset from: 's3://bucket/p', into: 'd', store: 'http://evil.example' }",
                "There is no object store");
        refused("node { withMLflow(experiment: 'e', server: 'http://evil.example') {} }", "There is no MLflow server");
        refused("node { pullDataset from: 'https://evil.example/data', into: 'd' }", "evil.example");
        refused("node { pullDataset from: 's3://bucket/p', into: '../../../secrets' }", "secrets");
        refused("node { evaluationGate rules: '/etc/passwd' }", "/etc/passwd");
        refused(
                "node { sh 'ln -s /etc/passwd rules.yaml'; evaluationGate rules: 'rules.yaml', metrics: 'rules.yaml' }",
                "rules.yaml");
        refused("node { checkDataset '../../../secrets' }", "secrets");
        refused("node { sh 'mkdir d'; checkDataset path: 'd', schema: '/etc/passwd' }", "/etc/passwd");
        refused(
                "node { sh 'mkdir d && echo a >d/a && ln -s /etc/passwd d/link';"
                        + " publishDataset directory: 'd', name: 'd', to: 's3://bucket/p' }",
                "link");
        refused("node { publishDataset directory: 'd', name: '../d', to: 's3://bucket/p' }", "../d");
        refused("trainModel spec: '../../secrets/train.yaml'", "secrets/train.yaml");
        refused("evaluateModel spec: '/etc/passwd'", "/etc/passwd");
        refused(
                "promoteModel name: 'm', gate: 'sha256:" + "0".repeat(64) + "', server: 'http://evil.example'",
                "no MLflow server");
        refused(
                "node { writeFile file: 'm.json', text: '''" + manifest("../../../../tmp/pwned")
                        + "'''; pullDataset manifest: 'm.json', into: 'd' }",
                "could leave the target directory");
        assertThat(Files.exists(Path.of("/tmp/pwned"))).isFalse();
        assertThat(faults).isEmpty();
    }

    /** What a branch brings are links: {@code out} leads out of the workspace, {@code hole} to nothing there. */
    @Test
    void whatStepsWriteOrPublishStaysInTheWorkspace() throws Exception {
        Map<String, String> steps = new TreeMap<>(Map.of(
                "pullDataset.into",
                "writeFile file: 'm.json', text: '''" + manifest("file")
                        + "'''; pullDataset manifest: 'm.json', into: '@'",
                "publishDataset.directory",
                "publishDataset directory: '@', name: 'd', to: 's3://bucket/p'",
                "checkDataset.report",
                "checkDataset path: 'set', report: '@'",
                "evaluationGate.reportDir",
                "evaluationGate rules: 'rules.yaml', metrics: 'metrics.json', reportDir: '@'",
                "withMLflow.model",
                "withMLflow(experiment: 'e', model: '@') {}",
                "withMLflow.metrics",
                "withMLflow(experiment: 'e', metrics: '@') {}"));
        assertThat(steps.keySet()).containsExactlyElementsOf(written());
        for (Map.Entry<String, String> step : steps.entrySet()) {
            for (String path : List.of("../x", "/x", "set/../../x")) {
                outside(
                        step.getValue().replace("@", path),
                        step.getKey().startsWith("withMLflow") ? path : "outside of");
            }
            outside(step.getValue().replace("@", "out/x"), "outside of");
            outside(step.getValue().replace("@", "hole"), "a link to nothing");
        }
        outside("sh 'ln -s out .mlops'; withMLflow('e') {}", "outside of");
        outside(
                "sh 'mkdir reports && ln -s out/gate.xml reports/gate.xml';"
                        + steps.get("evaluationGate.reportDir").replace("@", "reports"),
                "a link to nothing");
        assertThat(faults).isEmpty();
    }

    private void outside(String script, String why) throws Exception {
        refused("""
                node {
                    sh 'mkdir set && echo a >set/a && mkdir ../beside-$BUILD_TAG && ln -s ../beside-$BUILD_TAG out && ln -s out/none hole'
                    try {
                        %s
                    } finally {
                        sh 'test -z "$(ls -A out)" || echo root:x:0'
                    }
                }
                """.formatted(script), why);
    }

    /** Texts that are parameters of steps, but for what is known to be no place that is written or published. */
    private static Set<String> written() {
        Set<String> written = new TreeSet<>();
        for (StepDescriptor descriptor : StepDescriptor.all()) {
            if (descriptor.clazz.getName().startsWith("io.jenkins.plugins.mlops.")) {
                Arrays.stream(descriptor.clazz.getMethods())
                        .filter(method -> method.getDeclaringClass().equals(descriptor.clazz)
                                && method.getReturnType().equals(String.class)
                                && method.getName().startsWith("get"))
                        .map(method ->
                                Introspector.decapitalize(method.getName().substring(3)))
                        .filter(name -> !NOT_WRITTEN.contains(name) && !name.endsWith("Text")) // fields of forms
                        .map(name -> descriptor.getFunctionName() + "." + name)
                        .filter(name -> !NOT_WRITTEN_BY.contains(name))
                        .forEach(written::add);
            }
        }
        return written;
    }

    /** One that is right when its only file is called {@code file}. */
    private static String manifest(String path) {
        Digest bytes = Digest.of("a");
        TreeDigest tree = new TreeDigest();
        tree.add("file", 1, bytes);
        String content = tree.finish().toString();
        return Documents.toJson(Map.of(
                        "schema",
                        "mlops-manifest/1",
                        "name",
                        "d",
                        "content",
                        content,
                        "source",
                        Map.of("id", "manifest:" + content, "uri", "s3://bucket/p"),
                        "bucket",
                        "bucket",
                        "files",
                        1,
                        "bytes",
                        1,
                        "entries",
                        List.of(Map.of("path", path, "size", 1, "sha256", bytes.toString(), "key", "p/a"))))
                .strip();
    }

    private void refused(String script, String why) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        WorkflowRun build = job.scheduleBuild2(0).get();
        String log = JenkinsRule.getLog(build);
        if (build.getResult() != Result.FAILURE
                || !log.contains(why)
                || log.contains("root:x:0")
                || log.contains("\tat ") && !why.startsWith("Scripts")) {
            faults.add(script + "\n" + log);
        }
    }
}
