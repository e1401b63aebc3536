package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.DARK;
import static io.jenkins.plugins.mlops.browser.SiteController.NEW_PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** What a build shows of what it did: on its own page, old and new, and on its page MLOps. */
abstract class BuildPages extends Pages {

    /** What the plugin adds to the pages of a build; the rest is Jenkins'. */
    private static final String SECTIONS = ".mlops-section";

    private static final String PROMOTED = "job/digits/3/mlops/";
    private static final String REFUSED = "job/digits/2/mlops/";
    private static final String REVIEWED = "job/review/1/mlops/";

    BuildPages(Site site) {
        super(site);
    }

    @Test
    void datasetsTrainingsGatesAndPromotionsAreShown() throws Throwable {
        site.digits();
        inspect(SECTIONS, List.of(PROMOTED, REFUSED));
        browser.as(ADMIN).open(PROMOTED);
        assertThat(browser.text()).contains("Datasets", "Training: digits", "Promotions", "champion");
        assertThat(browser.heard("#main-panel"))
                .extracting(Heard::toString)
                .anyMatch(said -> said.contains("table \"Datasets\""))
                .anyMatch(said -> said.contains("group \"Datasets\""));
        browser.picture("jenkins-lineage", 1250);
    }

    @Test
    void figuresPicturesAndChecksAreShown() throws Throwable {
        site.review();
        inspect(SECTIONS, List.of(REVIEWED));
        assertThat(browser.chartFaults()).isEmpty();
        browser.picture("jenkins-figures-dark", "#mlops-training-0 ~ .mlops-figures", 900);
        browser.as(ADMIN).open(REVIEWED);
        assertThat(browser.chartFaults()).isEmpty();
        browser.await(
                "the picture",
                () -> browser.run("const picture = document.querySelector('.mlops-picture img');"
                                + "picture.scrollIntoView(); return picture.complete && picture.naturalWidth")
                        .equals(480L));
        assertThat(browser.text())
                .contains("Check of .mlops/data/training: fail", "classes with too few images", "Confusion matrix");
        browser.picture("jenkins-check", ".mlops-section:has(#mlops-check-0)", 900);
        browser.picture("jenkins-confusion", ".mlops-wide:has(.mlops-matrix)", 900);
    }

    /** What a chart shows is in a table that the keyboard opens. */
    @Test
    void theNumbersOfAChartAreOpenedByKeyboard() throws Throwable {
        site.digits();
        browser.as(ADMIN).open(PROMOTED);
        assertThat(browser.find("figure details table").isDisplayed()).isFalse();
        browser.fromStart().tabTo("figure summary", 200);
        browser.press(Keys.ENTER);
        assertThat(browser.find("figure details table").isDisplayed()).isTrue();
        assertThat(browser.heard("figure:has(details[open])"))
                .extracting(Heard::role)
                .contains("image", "table", "columnheader");
        assertThat(browser.complaints()).isEmpty();
    }

    /** Chosen in the account's menu, without a new page; and by the system. */
    @Test
    void chartsFollowTheTheme() throws Throwable {
        site.digits();
        browser.as(DARK).open(PROMOTED);
        Object dark = textOfACharts();
        browser.run("document.documentElement.dataset.theme = 'none'");
        browser.await("another colour", () -> !textOfACharts().equals(dark));
        assertThat(browser.chartFaults()).isEmpty();
        browser.run("document.documentElement.dataset.theme = 'dark'");
        browser.await("the first colour again", () -> textOfACharts().equals(dark));
        assertThat(browser.chartFaults()).isEmpty();
    }

    private Object textOfACharts() {
        return browser.run(
                "return echarts.getInstanceByDom(document.querySelector('.mlops-chart')).getOption().textStyle.color");
    }

    @Test
    void theBuildsOwnPageTellsItInShort() throws Throwable {
        site.digits();
        for (String user : List.of(ADMIN, DARK)) {
            browser.as(user).open("job/digits/3/");
            Inspection inspection = new Inspection(browser).here("the build of " + user, ".mlops-brief");
            assertThat(inspection.faults()).isEmpty();
            assertThat(browser.text()).contains("champion: version");
        }
        browser.as(ADMIN).open("job/digits/3/").picture("jenkins-build-promoted", 800);
        browser.open("job/digits/2/").picture("jenkins-build-refused", 800);
        assertThat(browser.complaints()).isEmpty();
        browser.open("job/digits/build").picture("jenkins-parameters", 1000);
        assertThat(browser.complaints())
                .as("Jenkins shows its form with an error's code")
                .singleElement()
                .asString()
                .contains("405");
    }

    @Test
    void theNewBuildPageHasACardAndATab() throws Throwable {
        site.digits();
        browser.as(NEW_PAGE).open("job/digits/3/");
        assertThat(browser.text()).contains("champion: version");
        Inspection inspection = new Inspection(browser).here("the card", ".mlops-brief");
        inspection.of(PROMOTED, SECTIONS);
        assertThat(inspection.faults()).isEmpty();
        browser.open("job/digits/3/mlops-promotion/");
        assertThat(browser.text()).contains("Promotion", "Registered model");
    }
}
