package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.DARK;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** How the metrics of a job went: the chart on its page, and the page behind it. */
abstract class TrendPages extends Pages {

    private static final String JOB = "job/digits/";
    private static final String TREND = "job/digits/mlops/";
    private static final String HEADS = "#mlops-numbers ~ .mlops-wide thead th";

    TrendPages(Site site) {
        super(site);
    }

    @Test
    void theTrendIsDrawnAndWritten() throws Throwable {
        site.digits();
        inspect(".mlops-trend", List.of(JOB));
        inspect(WHOLE, List.of(TREND));
        for (String user : List.of(ADMIN, DARK)) {
            for (String page : List.of(JOB, TREND)) {
                browser.as(user).open(page);
                assertThat(browser.chartFaults()).as(page + " of " + user).isEmpty();
            }
        }
        browser.as(ADMIN).open(TREND).picture("jenkins-trend", 900);
    }

    /** What is chosen is in the address, and remembered by the browser. */
    @Test
    void metricsAreChosenByKeyboardAndRemembered() throws Throwable {
        site.digits();
        browser.as(ADMIN).open(TREND);
        int columns = browser.all(HEADS).size();
        browser.fromStart().tabTo("#mlops-metric-0", 200);
        browser.press(Keys.SPACE).tabTo("form.mlops-choose button", 40);
        browser.press(Keys.ENTER).settle();
        browser.await("the choice is in the address", () -> browser.path().contains("metric="));
        assertThat(browser.path()).doesNotContain("Crumb", "json");
        assertThat(browser.all(HEADS)).hasSizeLessThan(columns);
        browser.open(TREND);
        browser.await("the choice is remembered", () -> browser.path().contains("metric="));
        browser.run("localStorage.clear()");
        assertThat(browser.complaints()).isEmpty();
    }
}
