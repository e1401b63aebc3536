package io.jenkins.plugins.mlops.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Item;
import hudson.model.Result;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.registry.TrainedModel;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.MockFolder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The Models page over a real MLflow server, with models that pipelines promoted and that someone moved by hand. */
@WithJenkins
class ModelsPageIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Digest DATASET = Digest.of("the dataset of ModelsPageIT");

    private final String model = "shapes-" + UUID.randomUUID();
    private final String hostile = "<img src=x onerror=alert(1)>&\"'" + UUID.randomUUID();

    @TempDir
    private Path scratch;

    private JenkinsRule jenkins;
    private WorkflowJob job;

    @Test
    void modelsAreShownToThoseWhoMaySeeThem(JenkinsRule rule) throws Exception {
        jenkins = rule;
        URI uri = TestServers.mlflow();
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("lab", uri.toString())));
        MockFolder team = rule.createFolder("team");
        job = team.createProject(WorkflowJob.class, "shapes");
        MockFolder strangers = rule.createFolder("strangers");
        strangers.createProject(WorkflowJob.class, "other");
        try (MlflowServer mlflow = MlflowServer.connect(new MlflowSettings(uri, null), null)) {
            makeHistory(mlflow);
        }
        rule.jenkins.setSecurityRealm(rule.createDummySecurityRealm());
        rule.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ)
                .everywhere()
                .to("member", "stranger", "reader", "lead")
                .grant(Item.READ)
                .everywhere()
                .to("reader")
                .grant(Item.READ, MlopsPermissions.VIEW_LINEAGE)
                .onFolders(team)
                .to("member", "lead")
                .grant(MlopsPermissions.PROMOTE, MlopsPermissions.ROLLBACK)
                .onFolders(team)
                .to("lead")
                .grant(Item.READ, MlopsPermissions.VIEW_LINEAGE)
                .onFolders(strangers)
                .to("stranger"));

        theListShows();
        theModelsPageShows();
        aVersionAndAComparisonShow();
        promotersMoveAliases();
        theDatasetsPageShows();
        nobodyElseSeesIt();
    }

    private void makeHistory(MlflowServer mlflow) throws Exception {
        TrainedModel good = TrainedModel.train(mlflow, model + " good", 0.9, scratch);
        mlflow.logMetrics(good.runId(), Map.of("accuracy", 0.9, "loss", 0.31));
        mlflow.logParams(good.runId(), Map.of("epochs", "10", "rate", "0.1"));
        TrainedModel bad = TrainedModel.train(mlflow, model + " bad", 0.5, scratch);
        mlflow.logMetrics(bad.runId(), Map.of("accuracy", 0.5));
        mlflow.logParams(bad.runId(), Map.of("epochs", "20", "rate", "0.1"));
        WorkflowRun first =
                build(good.gate(model) + promote("run: '" + good.runId() + "', gate: gate, reason: 'first'"));
        BuildLineage.of(first)
                .update(facts -> facts.with(new RunFacts.DatasetUse(
                        "4",
                        RunFacts.Action.PULLED,
                        "training",
                        "shapes-train",
                        DATASET.toString(),
                        null,
                        "s3://data/shapes",
                        12,
                        3456,
                        "",
                        "/data",
                        "2026-11-02T10:00:01Z")));
        for (String run : List.of(good.runId(), bad.runId())) {
            BuildLineage.of(first).update(facts -> facts.with(trained(run)));
        }
        build(bad.gate(model)
                + promote("run: '" + bad.runId() + "', gate: gate, override: true, reason: 'a <b>demonstration</b>'"));
        build("rollbackModel name: '" + model + "', reason: 'bad at night'");
        mlflow.setAlias(model, "byhand", 2);
        TrainedModel other = TrainedModel.train(mlflow, hostile, 0.7, scratch);
        mlflow.createVersion(hostile, "runs:/" + other.runId() + "/model", other.runId(), Map.of());
        mlflow.setAlias(hostile, "champion", 1);
    }

    private static RunFacts.TrainingUse trained(String run) {
        return new RunFacts.TrainingUse(
                "training " + run,
                null,
                "lab",
                "promotions",
                run,
                null,
                "FINISHED",
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                "2026-11-02T10:00:00Z",
                null,
                Map.of(),
                List.of(),
                null);
    }

    private void theListShows() throws Exception {
        String list = get("admin", "list");
        assertThat(list)
                .contains(model)
                .contains("the alias byhand was set to version 2 by someone else")
                .contains("&lt;img src=x onerror=alert(1)>")
                .doesNotContain("<img src=x");
        WebResponse again = fetch("admin", "list", etag("admin", "list"));
        assertThat(again.getStatusCode()).isEqualTo(304);

        String members = get("member", "list");
        assertThat(members).contains(model).doesNotContain("onerror");
        assertThat(get("stranger", "list")).doesNotContain(model).doesNotContain("onerror");
        JsonNode api = JSON.readTree(get("member", "api/json"));
        assertThat(api.at("/servers/0/server").asText()).isEqualTo("lab");
        assertThat(api.at("/servers/0/models")).hasSize(1);
        assertThat(api.at("/servers/0/models/0/name").asText()).isEqualTo(model);
        assertThat(api.at("/servers/0/models/0/aliases").toString()).contains("champion", "byhand");
        assertThat(get("member", "")).contains("mlops-fetched", "Models");
    }

    private void theModelsPageShows() throws Exception {
        assertThat(get("member", "model/?" + query(model))).contains(model, "data-url=\"content?server=lab");
        String content = get("member", "model/content?" + query(model));
        assertThat(content)
                .contains("the alias byhand was set to version 2 by someone else")
                .contains("a &lt;b>demonstration&lt;/b>", "bad at night", "ann", "rollback")
                .contains("refusals were overridden")
                .contains("0.31", "0.5")
                .contains("0123456789012345678901234567890123456789")
                .doesNotContain("<b>demonstration");
        JsonNode api = JSON.readTree(get("member", "model/api/json?" + query(model)));
        assertThat(api.at("/name").asText()).isEqualTo(model);
        assertThat(api.at("/aliases").toString()).contains("\"alias\":\"champion\"", "\"version\":1");
        assertThat(api.at("/history")).hasSize(3);
        assertThat(api.at("/history/0/action").asText()).isEqualTo("rollback");
        assertThat(api.at("/history/0/previous").asInt()).isEqualTo(2);
        assertThat(api.at("/history/1/overridden").asText()).isEqualTo("refusals were overridden");
        assertThat(api.at("/versions")).hasSize(2);
        assertThat(api.at("/versions/0/gates/0/verdict").asText()).isEqualTo("fail");
        assertThat(api.at("/versions/0/gated").asBoolean()).isFalse();
        assertThat(api.at("/versions/1/gates/0/verdict").asText()).isEqualTo("pass");
        assertThat(api.at("/versions/1/metrics/loss").asText()).isEqualTo("0.31");
        String warnings = api.at("/versions/0/warnings").toString();
        assertThat(warnings).contains("no gate let it through", "although its gate did not pass");

        String strange = get("admin", "model/content?" + query(hostile));
        assertThat(strange).contains("no gate let it through").doesNotContain("<img src=x");
        assertThat(get("admin", "model/content?" + query("nothing of that name")))
                .contains("has no model of that name");
    }

    private void aVersionAndAComparisonShow() throws Exception {
        assertThat(get("member", "model/version?" + query(model) + "&version=1"))
                .contains("version 1");
        assertThat(get("member", "model/versionContent?" + query(model) + "&version=1"))
                .contains("Where it comes from", "epochs", "first", "accuracy");
        assertThat(get("member", "model/versionContent?" + query(model) + "&version=77"))
                .contains("no such version");
        assertThat(get("member", "model/compare?" + query(model) + "&v=2&v=1")).contains("versions 1 and 2");
        assertThat(get("member", "model/compareContent?" + query(model) + "&left=1&right=2"))
                .contains("-0.4", "differs", "same", "epochs");
        assertThat(fetch("member", "model/compare?" + query(model) + "&v=2", null)
                        .getStatusCode())
                .isEqualTo(400);
        assertThat(fetch("member", "model/version?" + query(model) + "&version=x", null)
                        .getStatusCode())
                .isEqualTo(400);
    }

    private void promotersMoveAliases() throws Exception {
        String version = query(model) + "&version=2";
        assertThat(get("member", "model/versionContent?" + version)).doesNotContain("Promote …");
        assertThat(get("lead", "model/versionContent?" + version)).contains("Promote …");
        assertThat(get("member", "model/content?" + query(model))).doesNotContain("Roll back champion");
        assertThat(get("lead", "model/content?" + query(model))).contains("Roll back champion");
        String shown = get("lead", "model/moveContent?" + version + "&alias=champion");
        assertThat(shown).contains("fail", "Version 1 now", "-0.4", "Make version 2 champion", "value=\"1\"");
        assertThat(get("member", "model/moveContent?" + version + "&alias=champion"))
                .doesNotContain("Make version 2 champion");

        String move = version + "&alias=champion&expected=1&override=true&reason=seen&gate=";
        assertThat(status("lead", "model/promote?" + move)).as("not by GET").isEqualTo(405);
        assertThat(post("member", "model/promote?" + move)).isEqualTo(403);
        assertThat(post("stranger", "model/promote?" + move)).isEqualTo(404);
        assertThat(post("lead", "model/promote?" + move.replace("expected=1", "expected=2")))
                .as("another version has the alias than was shown")
                .isEqualTo(400);
        assertThat(post("lead", "model/promote?" + move.replace("reason=seen", "reason=")))
                .isEqualTo(400);
        assertThat(post("lead", "model/promote?" + move)).isEqualTo(200);
        JsonNode api = JSON.readTree(get("lead", "model/api/json?" + query(model)));
        assertThat(api.at("/history/0/by").asText()).isEqualTo("lead");
        assertThat(api.at("/history/0/version").asInt()).isEqualTo(2);

        String back = query(model) + "&alias=champion&expected=2&reason=regretted";
        assertThat(post("member", "model/rollback?" + back)).isEqualTo(403);
        assertThat(post("lead", "model/rollback?" + back)).isEqualTo(200);
        assertThat(JSON.readTree(get("lead", "model/api/json?" + query(model)))
                        .at("/history/0/reason")
                        .asText())
                .isEqualTo("regretted");
    }

    private int post(String user, String page) throws Exception {
        try (JenkinsRule.WebClient browser = client(user)) {
            WebRequest request = new WebRequest(
                    URI.create(jenkins.getURL() + ModelsRootAction.URL + "/" + page)
                            .toURL(),
                    HttpMethod.POST);
            browser.addCrumb(request);
            return browser.getPage(request).getWebResponse().getStatusCode();
        }
    }

    private void theDatasetsPageShows() throws Exception {
        String page = get("member", "dataset/?id=" + DATASET);
        assertThat(page).contains("shapes-train", "pulled for training", "job/team/job/shapes/1/");
        JsonNode api = JSON.readTree(get("member", "dataset/api/json?id=" + DATASET));
        assertThat(api.at("/builds")).hasSize(1);
        assertThat(api.at("/files").asInt()).isEqualTo(12);
        job.renameTo("forms");
        assertThat(get("member", "dataset/?id=" + DATASET)).contains("job/team/job/forms/1/");
        assertThat(get("member", "list")).contains(model);
        assertThat(status("stranger", "dataset/?id=" + DATASET)).isEqualTo(404);
        assertThat(status("member", "dataset/?id=" + Digest.of("another"))).isEqualTo(404);
        assertThat(status("member", "dataset/?id=x")).isEqualTo(404);
    }

    private void nobodyElseSeesIt() throws Exception {
        for (String page : List.of(
                "",
                "list",
                "api/json",
                "model/?" + query(model),
                "model/content?" + query(model),
                "model/api/json?" + query(model),
                "dataset/?id=" + DATASET)) {
            assertThat(status("reader", page)).as(page).isEqualTo(403);
        }
        for (String page : List.of("model/?", "model/content?", "model/api/json?", "model/version?version=1&")) {
            assertThat(status("stranger", page + query(model))).as(page).isEqualTo(404);
            assertThat(status("member", page + query(hostile))).as(page).isEqualTo(404);
            assertThat(status("member", page + "server=none&name=none"))
                    .as(page)
                    .isEqualTo(404);
        }
        assertThat(front("reader")).doesNotContain(ModelsRootAction.URL);
        assertThat(front("member")).contains(ModelsRootAction.URL);
    }

    private String query(String name) {
        return "server=lab&name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private String promote(String arguments) {
        return "def m = promoteModel name: '" + model + "', " + arguments + "\n";
    }

    private WorkflowRun build(String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition(script, true));
        return jenkins.assertBuildStatus(
                Result.SUCCESS, job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause("ann"))));
    }

    private String front(String user) throws Exception {
        try (JenkinsRule.WebClient browser = client(user)) {
            return browser.goTo("").getWebResponse().getContentAsString();
        }
    }

    private String etag(String user, String page) throws Exception {
        return fetch(user, page, null).getResponseHeaderValue("ETag");
    }

    private int status(String user, String page) throws Exception {
        return fetch(user, page, null).getStatusCode();
    }

    private String get(String user, String page) throws Exception {
        WebResponse answer = fetch(user, page, null);
        assertThat(answer.getStatusCode()).as(page).isEqualTo(200);
        return answer.getContentAsString();
    }

    private WebResponse fetch(String user, String page, String etag) throws Exception {
        try (JenkinsRule.WebClient browser = client(user)) {
            WebRequest request = new WebRequest(URI.create(jenkins.getURL() + ModelsRootAction.URL + "/" + page)
                    .toURL());
            if (etag != null) {
                request.setAdditionalHeader("If-None-Match", etag);
            }
            Page answer = browser.getPage(request);
            return answer.getWebResponse();
        }
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        JenkinsRule.WebClient browser = jenkins.createWebClient();
        browser.getOptions().setPrintContentOnFailingStatusCode(false);
        browser.getOptions().setThrowExceptionOnFailingStatusCode(false);
        browser.getOptions().setJavaScriptEnabled(false);
        return browser.login(user);
    }
}
