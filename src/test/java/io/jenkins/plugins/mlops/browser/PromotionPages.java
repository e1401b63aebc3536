package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.LEAD;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page Promotion of a build: its model gets an alias, and the alias goes back. */
abstract class PromotionPages extends Pages {

    PromotionPages(Site site) {
        super(site);
    }

    private static String page(int build) {
        return "job/digits/" + build + "/mlops-promotion/";
    }

    @Test
    void aModelIsPromotedAndRolledBackByKeyboard() throws Throwable {
        site.digits();
        inspect(WHOLE, List.of(page(3), page(2)));
        browser.as(LEAD);
        for (int build : List.of(1, 3)) {
            browser.open(page(build));
            type("#mlops-model", "digits");
            type("#mlops-alias", "shadow");
            enter("form[action=review] button");
            browser.await("the question", () -> browser.text().contains("Promote to shadow of digits?"));
            assertThat(browser.text()).contains("Gate", "accuracy", "Difference");
            String review = browser.path();
            assertThat(review).doesNotContain("Crumb", "json");
            enter("form[action='../promote'] button");
            assertThat(browser.path()).as("without a reason, nothing is sent").isEqualTo(review);
            type("#mlops-reason", "runs beside the champion");
            browser.press(Keys.ENTER).settle();
            browser.await("what the build did", () -> browser.path().equals("job/digits/" + build + "/mlops/"));
            assertThat(browser.text()).contains("shadow", "runs beside the champion", LEAD);
        }
        browser.open(page(3));
        browser.fromStart().tabTo("form[action=rollback]:has([value=shadow]) input[name=reason]", 200);
        browser.press("disagrees too often", Keys.ENTER).settle();
        browser.await("what was done", () -> browser.text().contains("disagrees too often"));
        assertThat(browser.complaints()).isEmpty();
        assertThat(site.audit().lines())
                .anyMatch(line -> line.contains("\"action\":\"promote\"") && line.contains("runs beside"))
                .anyMatch(line -> line.contains("\"action\":\"rollback\"") && line.contains("disagrees"));
    }

    /** What is asked before a promotion is a page of its own. */
    @Test
    void theQuestionBeforeAPromotionIsShown() throws Throwable {
        site.digits();
        browser.as(LEAD).open(page(1));
        type("#mlops-model", "digits");
        enter("form[action=review] button");
        String review = browser.path();
        inspect(WHOLE, List.of(review));
        browser.as(LEAD).open(review).picture("jenkins-promotion-review", 1000);
    }
}
