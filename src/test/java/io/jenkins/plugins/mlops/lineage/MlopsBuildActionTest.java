package io.jenkins.plugins.mlops.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import hudson.model.FreeStyleBuild;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.User;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.lineage.RunFacts.AliasUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.DatasetUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.EvaluationUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.GateUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.MeasuredUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.RuleUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import jenkins.model.Jenkins;
import jenkins.model.experimentalflags.UserExperimentalFlagsProperty;
import org.htmlunit.Page;
import org.htmlunit.WebResponse;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class MlopsBuildActionTest {

    private static final String HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202e\u0001${7*7}<script>alert(2)</script>";

    private JenkinsRule jenkins;
    private FreeStyleBuild build;
    private JenkinsRule.WebClient browser;

    @BeforeEach
    void build(JenkinsRule jenkins) throws Exception {
        this.jenkins = jenkins;
        build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject("p"));
        browser = jenkins.createWebClient();
        browser.getOptions().setPrintContentOnFailingStatusCode(false);
    }

    @Test
    void thePageTellsEverything() throws Exception {
        record(SampleFacts::all);

        HtmlPage page = page();

        String text = page.asNormalizedText();
        assertThat(text)
                .contains("digits-train", "pulled for training", SampleFacts.CONTENT, SampleFacts.SOURCE_ID)
                .contains("1437", "1.15 MiB", "on gpu-agent-1")
                .contains("night", "resolved", "not known", "dvc:md5:3863d0e317dee0a55c4e59d2ec0eef33")
                .contains("Training: digits", "FINISHED", SampleFacts.COMMIT, "models:/digits/2", SampleFacts.MODEL)
                .contains("Not known about this model", "the work tree differed from the commit in 1 file: train.py")
                .contains("Evaluation: runs:/" + SampleFacts.RUN, "Champion", SampleFacts.EVALUATION_RUN)
                .contains("Gate quality: fail", "1 of 3 rules failed", "champion, version 2", SampleFacts.GATE)
                .contains("alice", "Agreed in the review of 2 November");
        assertThat(page.getAnchorByText(SampleFacts.RUN).getHrefAttribute())
                .isEqualTo("https://mlflow.example/#/experiments/1/runs/" + SampleFacts.RUN);
        assertThat(page.getAnchorByHref("https://git.example/team/digits.git").getTextContent())
                .isEqualTo("https://git.example/team/digits.git");
        HtmlTable rules = page.getFirstByXPath("//table[@aria-labelledby='mlops-gate-0']");
        assertThat(rules.getRow(2).getCells().stream()
                        .map(DomElement::getTextContent)
                        .map(String::strip))
                .containsExactly(
                        "fail",
                        "accuracy",
                        "eight",
                        "0.8788",
                        "0.9",
                        "0.9091",
                        "-0.0303",
                        "change -0.06 to -0.001 (95%)",
                        "0.8788 is below 0.9, which is 0.0091 worse than the champion's 0.9091");
        HtmlTable promotions = page.getFirstByXPath("//table[@aria-labelledby='mlops-aliases']");
        assertThat(promotions.getRow(1).getCells().stream()
                        .limit(6)
                        .map(cell -> cell.asNormalizedText().replace("\n", " ")))
                .containsExactly(
                        "digits on lab", "champion", "3", "2", "promote", "alice Agreed in the review of 2 November");
    }

    @Test
    void screenReadersFindTheirWay() throws Exception {
        record(SampleFacts::all);

        HtmlPage page = page();

        HtmlElement panel = page.getHtmlElementById("main-panel");
        assertThat(panel.getElementsByTagName("h1")).hasSize(1);
        List<HtmlElement> sections = panel.getByXPath(".//section");
        assertThat(sections).hasSize(5);
        for (HtmlElement section : sections) {
            HtmlElement heading = page.getHtmlElementById(section.getAttribute("aria-labelledby"));
            assertThat(heading.getTagName()).isEqualTo("h2");
        }
        for (HtmlElement table : panel.getElementsByTagName("table")) {
            assertThat(page.getElementById(table.getAttribute("aria-labelledby")))
                    .isNotNull();
            assertThat(table.<HtmlElement>getByXPath(".//thead//th"))
                    .isNotEmpty()
                    .allMatch(head -> head.getAttribute("scope").equals("col"));
        }
        assertThat(panel.<HtmlElement>getByXPath(".//button"))
                .allMatch(button -> !button.getAttribute("tooltip").isBlank()
                        || !button.getAttribute("aria-label").isBlank());
    }

    @Test
    void theBuildsPageHasASummaryAndALink() throws Exception {
        record(SampleFacts::all);

        HtmlPage page = browser.getPage(build);

        HtmlElement summary = page.getFirstByXPath("//tr[contains(@class,'app-summary')][.//a[.='MLOps']]");
        assertThat(summary.asNormalizedText())
                .contains("Dataset digits-train, pulled for training", "Training digits", "MLflow run")
                .contains("Gate quality", "1 of 3 rules failed", "digits champion: version 3, before 2 (promote)");
        HtmlAnchor link = page.getFirstByXPath("//div[@id='side-panel']//a[contains(@href,'/mlops')]");
        assertThat(link.getTextContent()).contains("MLOps");
        assertThat(link.<HtmlElement>getFirstByXPath(".//*[name()='svg']")).isNotNull();
        HtmlPage own = link.click();
        assertThat(own.asNormalizedText()).contains("Gate quality: fail");
    }

    @Test
    void theNewBuildPageHasACardAndATab() throws Exception {
        record(SampleFacts::all);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        User.getById("alice", true)
                .addProperty(new UserExperimentalFlagsProperty(Map.of("new-build-page.flag", "true")));
        browser.login("alice");

        HtmlPage page = browser.getPage(build);

        HtmlElement card = page.getFirstByXPath("//div[contains(@class,'jenkins-card')][.//a[contains(.,'MLOps')]]");
        assertThat(card.asNormalizedText()).contains("Dataset digits-train", "1 of 3 rules failed");
        assertThat(page.<HtmlElement>getByXPath("//tr[contains(@class,'app-summary')][.//a[.='MLOps']]"))
                .isEmpty();
        HtmlAnchor tab = page.getFirstByXPath("//div[contains(@class,'app-build-tabs')]//a[contains(@href,'/mlops')]");
        HtmlPage own = tab.click();
        assertThat(own.getHtmlElementById("mlops-datasets").getTagName()).isEqualTo("h3");
        assertThat(own.asNormalizedText()).contains("Gate quality: fail");
        assertHarmless(own);
    }

    @Test
    void programsReadTheSame() throws Exception {
        record(SampleFacts::all);

        JsonNode json = json("mlops/api/json");

        assertThat(json.at("/problem").isNull()).isTrue();
        assertThat(json.at("/datasets/0/version").asText()).isEqualTo(SampleFacts.CONTENT);
        assertThat(json.at("/datasets/0/action").asText()).isEqualTo("pulled");
        assertThat(json.at("/datasets/0/files").asLong()).isEqualTo(1437);
        assertThat(json.at("/datasets/1/version").isNull()).isTrue();
        assertThat(json.at("/trainings/0/runId").asText()).isEqualTo(SampleFacts.RUN);
        assertThat(json.at("/trainings/0/gaps/0").asText()).contains("work tree differed");
        assertThat(json.at("/gates/0/rules/1/verdict").asText()).isEqualTo("fail");
        assertThat(json.at("/gates/0/rules/1/slice").asText()).isEqualTo("eight");
        assertThat(json.at("/aliases/0/version").asInt()).isEqualTo(3);
        assertThat(json.at("/aliases/0/by").asText()).isEqualTo("alice");

        assertThat(json("api/json?tree=actions[gates[verdict]]").findValuesAsText("verdict"))
                .containsExactly("fail");
        assertThat(json("api/json").findValue("gates"))
                .as("not without being asked")
                .isNull();
        assertThat(browser.goToXml(build.getUrl() + "mlops/api/xml?xpath=//gate/verdict")
                        .asNormalizedText())
                .contains("fail");
    }

    @Test
    void theDocumentedExampleIsTheAnswer() throws Exception {
        record(SampleFacts::all);
        String page = Files.readString(Path.of("docs", "jenkins-lineage.md"));
        String query = page.lines()
                .filter(line -> line.contains("mlops/api/json?tree="))
                .map(line -> line.substring(line.indexOf("mlops/api/json?")))
                .findFirst()
                .orElseThrow();
        String example =
                page.substring(page.indexOf("```json") + 7, page.indexOf("```\n", page.indexOf("```json") + 7));

        assertThat(json(query)).isEqualTo(new ObjectMapper().readTree(example));
    }

    @Test
    void nothingRecordedIsSaid() throws Exception {
        record(facts -> facts);

        assertThat(page().asNormalizedText()).contains("No step has recorded anything in this build");
        assertThat(browser.getPage(build).asNormalizedText()).contains("MLOps");
        assertThat(json("mlops/api/json").at("/datasets")).isEmpty();
    }

    @Test
    void aBuildWithoutOurStepsHasNoPage() throws Exception {
        assertThat(build.getAction(MlopsBuildAction.class)).isNull();
        assertThat(browser.getPage(build).asNormalizedText()).doesNotContain("MLOps");
    }

    @Test
    void aDamagedRecordIsSaidAndBreaksNoPage() throws Exception {
        record(SampleFacts::all);
        for (String damaged :
                List.of("{\"schema\": \"mlops-build/1\", \"datasets\": \"<b>", "{\"schema\": \"mlops-build/9\"}")) {
            Files.writeString(directory().resolve("facts.json"), damaged);

            assertThat(page().asNormalizedText()).contains("The record of what p #1 did");
            assertThat(browser.getPage(build).asNormalizedText()).contains("The record of what p #1 did");
            assertThat(json("mlops/api/json").at("/problem").asText()).contains("The record of what p #1 did");
            assertThat(json("mlops/api/json").at("/gates")).isEmpty();
            assertHarmless(page());
        }
    }

    @Test
    void whatFilesAndServersSayIsOnlyText() throws Exception {
        record(MlopsBuildActionTest::hostile);
        browser.setAlertHandler((page, message) -> {
            throw new AssertionError("script ran: " + message);
        });

        HtmlPage page = page();

        assertHarmless(page);
        assertThat(page.asNormalizedText()).contains("<img src=x onerror=alert(1)>\"'&\ufffd\ufffd${7*7}");
        assertThat(page.getWebResponse().getContentAsString()).doesNotContain("hunter2", "<img src=x", "\u202e");
        assertThat(page.getAnchors())
                .extracting(HtmlAnchor::getHrefAttribute)
                .noneMatch(link -> link.startsWith("javascript:") || link.contains("@"))
                .contains("https://evil.example/r.git");
        assertThat(page.<HtmlElement>getByXPath("//*[@onerror]")).isEmpty();
        assertHarmless(browser.getPage(build));
        JsonNode json = json("mlops/api/json");
        assertThat(json.at("/trainings/0/runUrl").isNull()).isTrue();
        assertThat(json.at("/trainings/0/repository").asText()).isEqualTo("https://evil.example/r.git");
        assertThat(browser.goToXml(build.getUrl() + "mlops/api/xml").getXmlDocument())
                .isNotNull();
    }

    @Test
    void ofVeryManyRulesThoseThatDidNotPassAreShown() throws Exception {
        record(facts -> facts.with(new GateUse(
                "9",
                null,
                "fail",
                "1 of 1000 rules failed",
                "gates/9",
                SampleFacts.GATE,
                null,
                null,
                null,
                IntStream.range(0, 1000)
                        .mapToObj(i -> new RuleUse(
                                "m" + i, null, "1", "1", null, i == 999 ? "fail" : "pass", "because of " + i))
                        .toList(),
                "2026-11-02T10:02:00Z")));

        HtmlTable rules = page().getFirstByXPath("//table[@aria-labelledby='mlops-gate-0']");

        assertThat(rules.getRowCount()).isEqualTo(201);
        assertThat(rules.getRow(1).asNormalizedText()).contains("m999");
        assertThat(page().asNormalizedText()).contains("800 more rules are in the report");
        assertThat(json("mlops/api/json").at("/gates/0/rules")).hasSize(1000);
    }

    @Test
    void whatIsKeptIsDownloaded() throws Exception {
        byte[] gate = "{\"schema\": \"mlops-gate/1\"}".getBytes(StandardCharsets.UTF_8);
        write("gates/9/gate.json", gate);
        write("gates/9/gate.html", "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8));
        write("evaluations/7.json", "{}".getBytes(StandardCharsets.UTF_8));
        Digest kept = ControllerLineage.store()
                .append(GateVerdict.of("pass", Digest.of("report"), null, null, null, null, Instant.EPOCH)
                        .statement(Digest.parse(SampleFacts.MODEL)));
        record(facts -> SampleFacts.all(facts).with(SampleFacts.training("7", kept.toString())));

        HtmlPage page = page();
        Page report = page.getAnchorByHref("gate/9/gate.json").click();

        assertThat(report.getWebResponse().getContentAsString()).isEqualTo(new String(gate));
        for (String path : List.of("gate/9/gate.json", "training/7/evaluation.json", "training/7/provenance.json")) {
            assertThat(page.getAnchorByHref(path)).isNotNull();
            WebResponse response = browser.goTo(build.getUrl() + "mlops/" + path, "application/json")
                    .getWebResponse();
            assertThat(response.getResponseHeaderValue("Content-Type"))
                    .isEqualToIgnoringCase("application/json;charset=UTF-8");
            assertThat(response.getResponseHeaderValue("X-Content-Type-Options"))
                    .isEqualTo("nosniff");
            assertThat(response.getResponseHeaderValue("Content-Disposition")).startsWith("attachment; filename=");
            assertThat(response.getResponseHeaderValue("Content-Security-Policy"))
                    .isEqualTo("default-src 'none'; sandbox");
        }
        browser.setThrowExceptionOnFailingStatusCode(false);
        for (String path : List.of(
                "gate/9/gate.html",
                "gate/9/gate.md",
                "gate/9/",
                "gate/9/..%2f..%2f..%2fbuild.xml",
                "gate/8/gate.json",
                "training/7/",
                "training/7/facts.json",
                "view/",
                "record/" + kept.hex())) {
            assertThat(status("mlops/" + path)).as(path).isBetween(400, 404);
        }
    }

    @Test
    void anEvaluationIsDrawnWithTheNumbersBesideIt() throws Exception {
        write("evaluations/7.json", """
                {"schema": "mlops-evaluation/1", "metrics": {"accuracy": 0.9, "slices": {"night": {"accuracy": 0.8},
                 "<b>day": {"accuracy": NaN}}, "confusion_matrix": {"labels": ["cat", "<i>dog"], "counts": [[9, 1], [0, 0]]},
                 "curves": {"pr": {"x": [0, 1], "y": [1, 0.5], "x_label": "recall", "y_label": "precision"}}}}
                """.getBytes(StandardCharsets.UTF_8));
        record(SampleFacts::all);
        browser.getOptions().setJavaScriptEnabled(false); // what draws is for browsers that HtmlUnit is not

        HtmlPage page = page();

        List<HtmlElement> charts = page.getByXPath("//div[@class='mlops-chart']");
        assertThat(charts).hasSize(2);
        JsonNode bars = new ObjectMapper().readTree(charts.get(0).getAttribute("data-chart"));
        assertThat(bars.at("/x/0").asText()).isEqualTo("<b>day");
        assertThat(bars.at("/series/0/data/0").isNull()).isTrue();
        assertThat(bars.at("/series/0/data/1").asDouble()).isEqualTo(0.8);
        assertThat(new ObjectMapper()
                        .readTree(charts.get(1).getAttribute("data-chart"))
                        .at("/series/0/data/1/1")
                        .asDouble())
                .isEqualTo(0.5);
        HtmlTable numbers = page.getFirstByXPath("//table[@aria-labelledby='mlops-training-0-chart-1']");
        assertThat(numbers.asNormalizedText()).contains("recall", "precision", "0.5");
        HtmlTable matrix = page.getFirstByXPath("//table[@class='mlops-matrix']");
        assertThat(matrix.getRow(1).getCell(0).getTagName()).isEqualTo("th");
        assertThat(matrix.getRow(1).getCell(1).getAttribute("class")).isEqualTo("mlops-heat-9");
        assertThat(matrix.getRow(2).getCell(2).getAttribute("class")).isEqualTo("mlops-heat-0");
        assertHarmless(page);
    }

    @Test
    void onlyPicturesOfPixelsAreShown() throws Exception {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0};
        write("pictures/7/0", png);
        write(
                "pictures/7/1",
                "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".getBytes(StandardCharsets.UTF_8));
        record(facts -> facts.with(pictured(
                new RunFacts.PictureUse(HOSTILE, "pictures/7/0", "text/html", png.length),
                new RunFacts.PictureUse("x.png", "pictures/7/1", "image/png", 60),
                new RunFacts.PictureUse("y.png", "../build.xml", "image/png", 60))));

        HtmlPage page = page();

        assertThat(page.<HtmlElement>getByXPath("//figure//img")).hasSize(2);
        assertHarmless(page);
        WebResponse sent =
                browser.goTo(build.getUrl() + "mlops/pictures/7/0", "image/png").getWebResponse();
        assertThat(sent.getContentAsStream().readAllBytes()).isEqualTo(png);
        assertThat(sent.getResponseHeaderValue("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(sent.getResponseHeaderValue("Content-Disposition")).isEqualTo("inline; filename=\"picture.png\"");
        browser.setThrowExceptionOnFailingStatusCode(false);
        for (String other : List.of("1", "2", "3", "-1", "0/..", "", "999999999999")) {
            assertThat(status("mlops/pictures/7/" + other)).as(other).isBetween(400, 404);
        }
    }

    private static TrainingUse pictured(RunFacts.PictureUse... pictures) {
        return new TrainingUse(
                "7",
                "tag",
                "lab",
                "e",
                null,
                null,
                "FINISHED",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Map.of(),
                List.of(pictures),
                null);
    }

    @Test
    void filesOutsideOfTheBuildAreNotServed() throws Exception {
        record(facts -> facts.with(gateIn("../..")).with(evaluationIn("../build.xml")));

        assertThat(Files.exists(build.getRootDir().toPath().resolve("build.xml")))
                .isTrue();
        browser.setThrowExceptionOnFailingStatusCode(false);
        assertThat(status("mlops/training/7/evaluation.json")).isEqualTo(404);
        assertThat(status("mlops/gate/9/gate.json")).isEqualTo(404);
    }

    @Test
    void whoMayReadTheBuildDoesNotThereforeSeeItsLineage() throws Exception {
        record(SampleFacts::all);
        write("gates/9/gate.json", new byte[] {'{', '}'});
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("stranger", "reader", "viewer", "half")
                .grant(Item.READ)
                .everywhere()
                .to("reader", "viewer")
                .grant(Item.CONFIGURE, Item.BUILD, Run.UPDATE, Run.ARTIFACTS)
                .everywhere()
                .to("reader")
                .grant(MlopsPermissions.VIEW_LINEAGE)
                .everywhere()
                .to("viewer", "half"));
        browser.setThrowExceptionOnFailingStatusCode(false);

        for (String path : List.of("mlops/", "mlops/api/json", "mlops/gate/9/gate.json")) {
            for (String user : List.of("stranger", "half")) {
                browser.login(user);
                assertThat(status(path)).as(user + " " + path).isEqualTo(404);
            }
            browser.login("reader");
            assertThat(status(path)).as(path).isEqualTo(403);
            browser.login("viewer");
            assertThat(status(path)).as(path).isEqualTo(200);
        }
        browser.login("reader");
        HtmlPage page = browser.getPage(build);
        assertThat(page.asXml()).doesNotContain("mlops", "MLOps", "digits");
        assertThat(json("api/json?depth=3").toString()).doesNotContain("digits", SampleFacts.RUN);
        assertThat(json("api/json?tree=actions[*[*[*]]]").toString()).doesNotContain("digits", SampleFacts.RUN);
        browser.login("viewer");
        assertThat(json("api/json?depth=3").toString()).contains("digits", SampleFacts.RUN);
    }

    /** No markup of ours runs code or has styles where a Content Security Policy would not allow them. */
    private static void assertHarmless(HtmlPage page) {
        HtmlElement panel = page.getHtmlElementById("main-panel");
        for (HtmlElement script : page.<HtmlElement>getByXPath("//script")) {
            boolean data = script.getAttribute("type").equals("application/json");
            assertThat(script.hasAttribute("src")
                            || data
                            || script.getTextContent().isBlank())
                    .as(script.asXml())
                    .isTrue();
        }
        assertThat(page.<HtmlElement>getByXPath("//style")).isEmpty();
        List<DomElement> ours = page.getByXPath("//*[@id='main-panel']//section//*"
                + " | //*[contains(@class,'mlops-')] | //*[contains(@class,'mlops-')]//*");
        for (HtmlElement element : panel.getHtmlElementDescendants()) {
            element.getAttributesMap()
                    .keySet()
                    .forEach(attribute ->
                            assertThat(attribute).as(element.asXml()).doesNotStartWithIgnoringCase("on"));
        }
        assertThat(ours).noneMatch(element -> element.hasAttribute("style"));
    }

    private static RunFacts hostile(RunFacts facts) {
        String bad = HOSTILE;
        return facts.with(new DatasetUse(
                        "4/" + bad, RunFacts.Action.PULLED, bad, bad, bad, bad, bad, -1, -1, bad, bad, bad))
                .with(new TrainingUse(
                        "7/" + bad,
                        bad,
                        bad,
                        bad,
                        bad,
                        "javascript:alert(3)//https://evil.example",
                        bad,
                        bad,
                        "https://user:hunter2@evil.example/r.git",
                        bad,
                        bad,
                        bad,
                        bad,
                        List.of(bad),
                        bad))
                .with(new TrainingUse(
                        "8",
                        null,
                        null,
                        null,
                        null,
                        "https://u:p@evil.example/",
                        null,
                        null,
                        "javascript:alert(4)",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))
                .with(new GateUse(
                        "9/" + bad,
                        bad,
                        bad,
                        bad,
                        bad,
                        bad,
                        bad,
                        bad,
                        bad,
                        List.of(
                                new RuleUse(bad, bad, bad, bad, bad, bad, bad),
                                new RuleUse(null, null, null, null, null, null, null)),
                        bad))
                .with(new EvaluationUse(
                        "14/" + bad,
                        bad,
                        bad,
                        new MeasuredUse(bad, bad, bad, bad, "javascript:alert(5)", bad),
                        new MeasuredUse(bad, bad, bad, bad, bad, bad),
                        bad))
                .with(new EvaluationUse("15", null, null, null, null, null))
                .with(new GateUse("10", null, null, null, null, null, null, null, null, null, null))
                .with(new AliasUse("11/" + bad, bad, bad, bad, bad, -1, -1, bad, bad, bad, bad, bad))
                .with(new AliasUse("12", null, null, null, null, 1, 0, null, null, null, null, null))
                .with(new DatasetUse("13", null, null, null, null, null, null, 0, 0, null, null, null));
    }

    private static GateUse gateIn(String directory) {
        return new GateUse("9", null, "pass", "", directory, null, null, null, null, null, null);
    }

    private static TrainingUse evaluationIn(String file) {
        return new TrainingUse(
                "7", null, null, "e", null, null, "FINISHED", null, null, null, null, file, null, null, null);
    }

    private void record(UnaryOperator<RunFacts> change) {
        BuildLineage.of(build).update(change);
    }

    private HtmlPage page() throws Exception {
        return browser.getPage(build, "mlops/");
    }

    private JsonNode json(String path) throws Exception {
        return new ObjectMapper()
                .readTree(browser.goTo(build.getUrl() + path, "application/json")
                        .getWebResponse()
                        .getContentAsString());
    }

    private int status(String path) throws Exception {
        return browser.goTo(build.getUrl() + path, null).getWebResponse().getStatusCode();
    }

    private Path directory() {
        return BuildLineage.of(build).directory();
    }

    private void write(String file, byte[] bytes) throws IOException {
        Path path = directory().resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, bytes);
    }
}
