package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.LEAD;
import static io.jenkins.plugins.mlops.browser.SiteController.NEW_PAGE;
import static io.jenkins.plugins.mlops.browser.SiteController.READER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** A build's training that is started again: the buttons, the plan, and how the two compare. */
abstract class RerunPages extends Pages {

    private static final String PAGE = "job/signs/1/mlops-rerun/";
    private static final String REPEATED = "job/signs/3/mlops-rerun/";
    private static final String REASON = "the <b>new</b> drives & nothing else";

    RerunPages(Site site) {
        super(site);
    }

    @Test
    void aTrainingIsStartedAgainByKeyboardAndCompared() throws Throwable {
        site.signs();
        inspect(WHOLE, List.of(PAGE));
        browser.as(LEAD).open("job/signs/1/");
        enter("#side-panel a[href$='/mlops-rerun']");
        assertThat(browser.path()).isEqualTo(PAGE);
        browser.picture("jenkins-rerun", 480);
        enter("button[value=retrain-data]");
        browser.await("the plan", () -> browser.path().startsWith(PAGE + "review"));
        String review = browser.path();
        assertThat(review).contains("kind=retrain-data").doesNotContain("Crumb", "json");
        inspect(WHOLE, List.of(review));
        browser.as(LEAD).open(review).picture("jenkins-rerun-plan", 620);

        enter("form[action='../start'] button");
        assertThat(browser.path()).as("without a reason, nothing is started").isEqualTo(review);
        type("#mlops-reason", REASON);
        browser.press(Keys.ENTER).settle();
        browser.await("the job", () -> browser.path().equals("job/signs/"));
        assertThat(site.endOf("signs", 3)).isEqualTo("SUCCESS");

        inspect(WHOLE, List.of(REPEATED));
        browser.as(LEAD).open(REPEATED);
        assertThat(browser.text())
                .contains("started by " + LEAD + ": " + REASON, "training dataset")
                .contains("Retrained with the newest dataset: all 2 metrics agree");
        assertThat(browser.find("#mlops-compared").getText()).doesNotContain("It cannot be compared");
        browser.picture("jenkins-rerun-compared", 1000);
        for (String user : List.of(ADMIN, NEW_PAGE)) {
            browser.as(user).open("job/signs/3/");
            assertThat(browser.text()).contains(REASON);
            assertThat(browser.complaints()).isEmpty();
        }
        assertThat(site.audit().lines())
                .anyMatch(line -> line.contains("\"action\":\"retrain-data\"") && line.contains("nothing else"));
    }

    @Test
    void whatCannotBeDoneAgainIsSaidInASentence() throws Throwable {
        site.signs();
        browser.as(LEAD).open(PAGE);
        enter("button[value=reproduce]");
        assertThat(browser.text()).contains("neither the digest of its image nor what was installed");
        browser.picture("jenkins-rerun-refused", 480);
        assertThat(browser.complaints())
                .as("Jenkins says it with an error's code")
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aBuildWithoutATrainingSaysSo() throws Throwable {
        site.signs();
        inspect(WHOLE, List.of("job/drives/1/mlops-rerun/"));
        browser.as(LEAD).open("job/drives/1/mlops-rerun/");
        assertThat(browser.text()).contains("This build has recorded no training that could be done again");
        assertThat(browser.all("#main-panel form")).isEmpty();
    }

    @Test
    void whoMayNotSeeLineageFindsNoButtons() throws Throwable {
        site.signs();
        browser.as(READER).open("job/signs/1/");
        assertThat(browser.all("a[href*=mlops-rerun]")).isEmpty();
        browser.open(PAGE);
        assertThat(browser.text()).doesNotContain("Reproduce", "sha256");
        assertThat(browser.complaints()).isNotEmpty();
    }
}
