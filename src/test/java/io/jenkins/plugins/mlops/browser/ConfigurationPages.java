package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.DARK;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The plugin's part of Jenkins' own forms: the configuration with its policies, and the snippets of the steps. */
abstract class ConfigurationPages extends Pages {

    private static final String PAGE = "manage/configure";
    private static final String PART = "section:has(> #mlops-pipeline)";

    /** The Bitbucket server of the form. */
    private static final String SERVER = PART + " [name=bitbucketServers] ";

    /** The last policy of the form. */
    private static final String POLICY = PART + " [name=policies]:not(:has(~ [name=policies])) ";

    ConfigurationPages(Site site) {
        super(site);
    }

    /** Without a mouse: to a server, and the button that asks it. */
    @Test
    void aServerIsAskedByKeyboard() {
        browser.as(ADMIN).open(PAGE);
        assertThat(form("the configuration", PART).faults()).isEmpty();
        browser.picture("jenkins-configuration", PART, 1100);

        browser.open(PAGE);
        browser.focus(PART + " input[name='_.name']");
        browser.tabTo("button[data-validate-button-method='testConnection'], .validate-button", 20);
        browser.press(Keys.SPACE).settle();
        browser.await(
                "the store has answered", () -> browser.find(PART).getText().contains("the credentials are accepted"));
        assertThat(browser.complaints()).as("complaints").isEmpty();
    }

    @Test
    void aBitbucketServerIsAskedByKeyboard() {
        browser.as(ADMIN).open(PAGE);
        browser.focus(SERVER + "input[name='testRepository']").press(Bitbucket.REPOSITORY);
        browser.tabTo("[data-validate-button-method='testConnection'], .validate-button", 20);
        browser.press(Keys.SPACE).settle();
        browser.await(
                "the server has answered",
                () -> browser.find(SERVER).getText().contains(Bitbucket.REPOSITORY + " can be read"));
        assertThat(browser.find(SERVER).getText()).contains("Data Center 8.19.1; it accepts the credentials");
        assertThat(form("the Bitbucket server", SERVER).faults()).isEmpty();
        browser.picture("jenkins-bitbucket-server", SERVER, 1400);
    }

    @Test
    void theTriggerOfMergesIsPartOfAJobsForm() throws Throwable {
        site.signs();
        browser.as(ADMIN).open("job/signs/configure");
        String trigger = "[name='io-jenkins-plugins-mlops-event-BitbucketMergeTrigger']";
        assertThat(browser.find("input" + trigger).isSelected()).isTrue();
        String part = ".optionalBlock-container:has(input" + trigger + ")";
        assertThat(form("the trigger", part).faults()).isEmpty();
        assertThat(browser.find(part + " textarea").getDomProperty("value")).isEqualTo("training/**");
        browser.picture("jenkins-merge-trigger", part, 900);
    }

    @Test
    void aPolicyIsWrittenSavedAndSeenAgain() {
        browser.as(ADMIN).open(PAGE);
        int before = browser.all(PART + " [name=policies]").size();
        browser.run("[...document.querySelectorAll('button.repeatable-add')]"
                + ".find(button => button.textContent.trim() === 'Add policy').id = 'test-add'");
        browser.focus(PART + " input[name='_.name']").tabTo("#test-add", 100);
        browser.press(Keys.ENTER).settle();
        browser.await("a policy", () -> browser.all(PART + " [name=policies]").size() == before + 1);
        browser.fill(POLICY + "[name='_.folder']", "team/vision");
        browser.press(Keys.TAB).settle();
        browser.fill(POLICY + "[name='_.locations']", "s3://datasets/vision\ns3://datasets/shared");
        browser.fill(POLICY + "[name='_.models']", "vision-*");
        browser.focus(POLICY + "[name='_.requireGate']").press(Keys.SPACE);
        browser.focus(POLICY + "[name='_.requireApproval']").press(Keys.SPACE);
        browser.tabTo("button[name=Submit]", 200);
        browser.press(Keys.ENTER).settle();
        browser.await("saved", () -> !browser.path().startsWith(PAGE));

        for (String user : List.of(DARK, ADMIN)) {
            browser.as(user).open(PAGE);
            assertThat(browser.find(POLICY + "[name='_.folder']").getDomProperty("value"))
                    .isEqualTo("team/vision");
            assertThat(browser.find(POLICY + "[name='_.locations']").getDomProperty("value"))
                    .isEqualTo("s3://datasets/vision\ns3://datasets/shared");
            assertThat(browser.find(POLICY + "[name='_.requireGate']").isSelected())
                    .isTrue();
            assertThat(browser.find(POLICY + "[name='_.requireLineage']").isSelected())
                    .isFalse();
            assertThat(browser.find(POLICY + "[name='_.requireApproval']").isSelected())
                    .isTrue();
            assertThat(form("the policy of " + user, POLICY).faults()).isEmpty();
        }
        browser.picture("jenkins-policy", POLICY, 1400);
        assertThat(browser.complaints()).isEmpty();
    }

    /** Every step is chosen, and its snippet made, by keyboard. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "resolveDataset",
                "pullDataset",
                "publishDataset",
                "checkDataset",
                "withMLflow",
                "trainModel",
                "evaluateModel",
                "evaluationGate",
                "promoteModel",
                "rollbackModel",
                "gpuPod",
                "reportToBitbucket"
            })
    void theSnippetGeneratorKnowsTheStep(String step) throws Throwable {
        site.digits();
        browser.as(ADMIN).open("job/digits/pipeline-syntax/");
        browser.find("select.dropdownList").sendKeys(step + ":");
        browser.settle();
        Inspection inspection = form(step, ".dropdownList-container");
        browser.focus("#generatePipelineScript");
        browser.press(Keys.ENTER).settle();
        browser.await(
                "a snippet of " + step,
                () -> String.valueOf(browser.run("return document.getElementById('prototypeText').value"))
                        .startsWith(step));
        assertThat(inspection.faults()).isEmpty();
    }

    private Inspection form(String what, String within) {
        return new Inspection(browser).except(ConfigurationPages::isOfEveryForm).here(what, within);
    }

    /** Faults of every form that Jenkins makes: a field's title is not its label, help comes last with the tabulator, pale answers. */
    private static boolean isOfEveryForm(String fault) {
        return fault.startsWith("color-contrast: ") && fault.matches(".*<div class=\"(error|warning|ok)\">.*")
                || fault.startsWith("label: ")
                || fault.startsWith("select-name: ")
                || fault.startsWith("tabindex: ")
                || fault.startsWith("<a helpurl=")
                || fault.matches("(input|select|textarea)\\[.*] \"\"");
    }
}
