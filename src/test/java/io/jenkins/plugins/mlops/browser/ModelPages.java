package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.LEAD;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What is registered: all models, one, a version, two beside each other, a dataset; and aliases that are moved there. */
abstract class ModelPages extends Pages {

    private static final String MODELS = "mlops-models/";
    private static final String MODEL = MODELS + "model/?server=mlflow&name=digits";
    private static final String BOXES = "input[name=v]";

    /** Of builds 1 and 3. */
    private int older;

    private int newer;

    ModelPages(Site site) {
        super(site);
    }

    @BeforeEach
    void versions() throws Throwable {
        site.digits();
        browser.as(ADMIN);
        older = registeredBy(1);
        newer = registeredBy(3);
    }

    private int registeredBy(int build) {
        browser.open("job/digits/" + build + "/mlops/");
        return Integer.parseInt(target("#mlops-aliases ~ .mlops-wide a[href*='/model/version?']")
                .replaceAll(".*version=", ""));
    }

    private String version(int number) {
        return "mlops-models/model/version?server=mlflow&name=digits&version=" + number;
    }

    private String compare() {
        return "mlops-models/model/compare?server=mlflow&name=digits&left=" + older + "&right=" + newer;
    }

    private String dataset() {
        browser.as(ADMIN).open("job/digits/1/mlops/");
        return target("a[href*='mlops-models/dataset']");
    }

    @Test
    void whatIsRegisteredIsShown() {
        String dataset = dataset();
        inspect(
                WHOLE,
                List.of(
                        MODELS,
                        MODEL,
                        version(newer),
                        compare(),
                        dataset,
                        "mlops-models/model/move?server=mlflow&name=digits&version=" + older + "&alias=champion"));
        browser.as(ADMIN).open(MODELS).picture("jenkins-models", 480);
        browser.open(MODEL).picture("jenkins-model", 1000);
        browser.open(version(newer)).picture("jenkins-model-version", 1100);
        browser.open(compare()).picture("jenkins-model-compare", 1000);
        browser.open(dataset).picture("jenkins-dataset", 700);
    }

    @Test
    void modelsAreFilteredByKeyboard() {
        browser.open(MODELS);
        type("#mlops-filter", "no such model");
        browser.await(
                "none is left",
                () -> browser.find(".mlops-filter__count").getText().startsWith("0 of "));
        type("#mlops-filter", "DIGITS");
        browser.await(
                "one is left",
                () -> browser.find(".mlops-filter__count").getText().startsWith("1 of "));
        enter("tr[data-mlops-name=digits] a");
        assertThat(browser.path()).isEqualTo(MODEL);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void twoVersionsAreChosenAndCompared() {
        browser.open(MODEL);
        assertThat(browser.find("form.mlops-compare button[type=submit]").isEnabled())
                .isFalse();
        for (int version : List.of(older, newer)) {
            browser.fromStart().tabTo(BOXES + "[value='" + version + "']", 300);
            browser.press(Keys.SPACE);
        }
        assertThat(browser.all(BOXES).stream().filter(box -> !box.isSelected())).noneMatch(WebElement::isEnabled);
        enter("form.mlops-compare button[type=submit]");
        browser.await("both versions", () -> browser.text().contains("Where they come from"));
        assertThat(browser.path()).doesNotContain("Crumb", "json");
        assertThat(browser.text()).contains("versions " + older + " and " + newer, "accuracy", "Difference", "same");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Who has the permission moves an alias of its own, and back, and says why. */
    @Test
    void anAliasIsMovedAndGivenBack() throws Exception {
        browser.as(LEAD);
        for (int version : List.of(older, newer)) {
            browser.open(version(version));
            type("#mlops-alias", "canary");
            browser.press(Keys.ENTER).settle();
            browser.await("the question", () -> browser.text().contains("Make version " + version + " canary"));
            if (version == newer) {
                browser.picture("jenkins-model-promote", 900);
            }
            type("#mlops-reason", "for a tenth of the traffic");
            enter("form[action=promote] button");
            browser.await("the model", () -> browser.path().equals(MODEL));
        }
        browser.open("mlops-models/model/move?server=mlflow&name=digits&version=" + newer + "&alias=canary");
        assertThat(browser.text()).contains("This version has it already");
        assertThat(browser.all("form[action=promote]")).isEmpty();
        browser.open(MODEL);
        assertThat(browser.find("#mlops-aliases ~ .mlops-wide").getText()).contains("canary " + newer);
        browser.picture("jenkins-rollback", ".mlops-section:has(#mlops-aliases)", 600);
        browser.fromStart().tabTo("form[action=rollback]:has([value=canary]) input[name=reason]", 300);
        browser.press("answers slowly", Keys.ENTER).settle();
        browser.await(
                "the version before",
                () -> browser.find("#mlops-aliases ~ .mlops-wide").getText().contains("canary " + older));
        assertThat(browser.text()).contains("answers slowly", "for a tenth of the traffic");
        assertThat(browser.complaints()).isEmpty();
        assertThat(site.audit().lines())
                .anyMatch(line -> line.contains("answers slowly") && line.contains("\"by\":\"" + LEAD + "\""));
    }
}
