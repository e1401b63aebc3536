package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.DARK;
import static io.jenkins.plugins.mlops.browser.SiteController.NEW_PAGE;
import static io.jenkins.plugins.mlops.browser.SiteController.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.DigitsController.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/** Every page of the plugin in a real browser, on a real controller, with what real builds of pipelines/digits left. */
class PagesBrowserIT {

    @RegisterExtension
    private static final Site SITE = new Site();

    private static Browser browser;

    /** Build 1 made a champion, 2 was refused by the gate, 3 is the champion of now. */
    @BeforeAll
    static void build() throws Throwable {
        Job digits = SITE.digits("digits");
        SITE.build(digits, Map.of());
        SITE.build(digits, Map.of("DATASET", "damaged"));
        SITE.build(digits, Map.of("DATASET", "nights", "FROM_CHAMPION", true));
        browser = new Browser(SITE.root());
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    /** What the plugin adds to the pages of a build; the rest is Jenkins'. */
    private static final String BUILD = ".mlops-section";

    private static final String MODELS = ".mlops-fetched";

    private static final String CONFIGURATION = "section:has(> #mlops-pipeline)";

    @Test
    void theBuildsPage() {
        Inspection inspection = new Inspection(browser);
        browser.as(ADMIN);
        for (String page : List.of("job/digits/3/mlops/", "job/digits/2/mlops/")) {
            inspection.of(page, BUILD);
            assertThat(browser.heard("#main-panel"))
                    .extracting(Heard::toString)
                    .anyMatch(said -> said.contains("table \"Datasets\""));
            browser.as(DARK).open(page);
            inspection.looks(page + " in dark", BUILD);
            browser.as(NEW_PAGE);
            inspection.of(page, BUILD);
            browser.as(ADMIN);
        }
        assertThat(inspection.faults()).isEmpty();
    }

    /** The chart on the job's page and the page behind it; what is chosen there is remembered. */
    @Test
    void theJobsTrend() {
        Inspection inspection = new Inspection(browser);
        browser.as(ADMIN);
        inspection.of("job/digits/", ".mlops-trend");
        browser.picture("jenkins-job", 700);
        inspection.of("job/digits/mlops/", BUILD);
        browser.open("job/digits/mlops/");
        assertThat(browser.chartFaults()).isEmpty();
        browser.as(DARK).open("job/digits/");
        inspection.looks("the job in dark", ".mlops-trend");
        assertThat(browser.chartFaults()).isEmpty();
        browser.open("job/digits/mlops/").picture("jenkins-job-trend-dark", 1100);
        inspection.looks("the trend in dark", BUILD);
        assertThat(browser.chartFaults()).isEmpty();
        assertThat(inspection.faults()).isEmpty();

        browser.as(ADMIN).open("job/digits/mlops/");
        int columns = browser.all("#mlops-numbers ~ .mlops-wide thead th").size();
        browser.focus("#mlops-metric-0").press(Keys.SPACE).tabTo("button:not([type=button])", 40);
        browser.press(Keys.ENTER).settle();
        browser.await("the choice is in the address", () -> browser.path().contains("metric="));
        assertThat(browser.all("#mlops-numbers ~ .mlops-wide thead th")).hasSizeLessThan(columns);
        browser.open("job/digits/mlops/");
        browser.await("the choice is remembered", () -> browser.path().contains("metric="));
        assertThat(browser.complaints()).isEmpty();
    }

    /** What is registered: all models, and one. */
    @Test
    void theModelsPages() {
        browser.as(ADMIN).open("mlops-models/");
        browser.await("the models", () -> browser.text().contains("champion"));
        Inspection inspection = new Inspection(browser);
        String model = "mlops-models/model/?server=mlflow&name=digits";
        for (String page : List.of("mlops-models/", model)) {
            inspection.of(page, MODELS);
        }
        assertThat(inspection.faults()).isEmpty();
    }

    /** A job with years of builds is as quick as another. */
    @Test
    void tenThousandBuilds() throws Throwable {
        SITE.manyBuilds("years");
        browser.as(ADMIN);
        Inspection inspection = new Inspection(browser);
        for (String page :
                List.of("job/years/", "job/years/10000/mlops/", "job/years/1/mlops/", "job/years/mlops/?builds=200")) {
            browser.open(page);
            Instant start = Instant.now();
            browser.open(page);
            assertThat(Duration.between(start, Instant.now())).as(page).isLessThan(Duration.ofSeconds(10));
            inspection.looks(page, BUILD + ", .mlops-trend");
        }
        assertThat(browser.all("#mlops-numbers ~ .mlops-wide tbody tr")).hasSize(200);
        assertThat(inspection.faults()).isEmpty();
    }

    /** A reader of jobs, who may not see lineage, is not told that there is any. */
    @Test
    void whoMayNotSeeLineageFindsNothing() {
        browser.as(READER).open("job/digits/3/");
        assertThat(browser.text()).contains("#3").doesNotContain("MLOps", "champion");
        assertThat(browser.all("a[href*=mlops]")).isEmpty();
        browser.open("job/digits/3/mlops/");
        assertThat(browser.text()).doesNotContain("sha256").contains("Access Denied");
        assertThat(browser.complaints()).singleElement().asString().contains("403");
    }

    /** Without a mouse: to a server, and the button that asks it. */
    @Test
    void theConfigurationIsUsedByKeyboard() {
        browser.as(ADMIN).open("manage/configure");
        Inspection inspection =
                new Inspection(browser).except(PagesBrowserIT::jenkinsForms).here("the configuration", CONFIGURATION);
        assertThat(inspection.faults()).isEmpty();

        browser.open("manage/configure");
        browser.focus(CONFIGURATION + " input[name='_.name']");
        browser.tabTo("button[data-validate-button-method='testConnection'], .validate-button", 20);
        browser.press(Keys.SPACE).settle();
        browser.await(
                "the store has answered",
                () -> browser.find(CONFIGURATION).getText().contains("the credentials are accepted"));
        assertThat(browser.complaints()).as("complaints").isEmpty();
    }

    /** Every step is chosen, and its snippet made, by keyboard. */
    @Test
    void theSnippetGeneratorKnowsTheSteps() {
        browser.as(ADMIN);
        for (String step : List.of(
                "resolveDataset",
                "pullDataset",
                "publishDataset",
                "withMLflow",
                "trainModel",
                "evaluateModel",
                "evaluationGate",
                "promoteModel",
                "rollbackModel",
                "gpuPod")) {
            browser.open("job/digits/pipeline-syntax/");
            browser.find("select.dropdownList").sendKeys(step + ":");
            browser.settle();
            Inspection inspection =
                    new Inspection(browser).except(PagesBrowserIT::jenkinsForms).here(step, ".dropdownList-container");
            browser.focus("#generatePipelineScript");
            browser.press(Keys.ENTER).settle();
            browser.await(
                    "a snippet of " + step,
                    () -> String.valueOf(browser.run("return document.getElementById('prototypeText').value"))
                            .startsWith(step));
            assertThat(inspection.faults()).isEmpty();
        }
    }

    /** Faults of every form that Jenkins makes: a field's title is not its label, help comes last with the tabulator, pale refusals. */
    private static boolean jenkinsForms(String fault) {
        return fault.startsWith("color-contrast: ") && fault.contains("<div class=\"error\">")
                || fault.startsWith("label: ")
                || fault.startsWith("select-name: ")
                || fault.startsWith("tabindex: ")
                || fault.matches("(input|select)\\[.*] \"\"");
    }
}
