package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.LEAD;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Promotions that wait for people: found on the page of the build, approved, and rejected. */
abstract class ApprovalPages extends Pages {

    private static final String PAGE = "job/review/1/mlops-promotion/";

    ApprovalPages(Site site) {
        super(site);
    }

    /** The address of the question that names an alias. */
    private String question(String alias) {
        return browser.open(PAGE).all("#main-panel a[href*='approval/']").stream()
                .filter(link -> link.getText().endsWith("become " + alias))
                .map(link -> browser.relative(link.getDomProperty("href")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatWaitsIsApprovedAndRejectedByKeyboard() throws Throwable {
        site.review();
        browser.as(ADMIN);
        String champion = question("champion");
        String trial = question("trial");
        inspect(WHOLE, List.of(PAGE, champion, trial));
        browser.as(LEAD).open(PAGE).picture("jenkins-waiting", 700);
        browser.open(champion).picture("jenkins-approval", 1100);
        assertThat(browser.text())
                .contains("Approve a promotion?", "Look at the slice \"night\" first", "accuracy", "Difference");

        enter("form[action=approve] button");
        assertThat(browser.path()).as("without a reason, nothing is sent").isEqualTo(champion);
        type("#mlops-approve-reason", "as good by night");
        browser.press(Keys.ENTER).settle();
        browser.await("the build", () -> browser.path().equals("job/review/1/mlops/"));

        browser.open(PAGE);
        enter("#main-panel a[href*='approval/']");
        assertThat(browser.path()).as("the one that still waits").isEqualTo(trial);
        type("#mlops-reject-reason", "no trial this week");
        enter("form[action=reject] button");
        assertThat(site.endOf("review", 1)).as("as a rejection ends a build").isEqualTo("ABORTED");

        browser.open("job/review/1/mlops/");
        assertThat(browser.find(".mlops-section:has(#mlops-aliases)").getText())
                .contains("champion", LEAD, "as good by night")
                .doesNotContain("trial");
        browser.picture("jenkins-approved", ".mlops-section:has(#mlops-aliases)", 500);
        assertThat(browser.complaints()).isEmpty();
        assertThat(site.audit().lines())
                .anyMatch(line -> line.contains("\"action\":\"approve\"") && line.contains("as good by night"))
                .anyMatch(line -> line.contains("\"action\":\"reject\"") && line.contains("no trial this week"));
    }
}
