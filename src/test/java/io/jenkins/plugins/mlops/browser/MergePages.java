package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.DARK;
import static io.jenkins.plugins.mlops.browser.SiteController.NEW_PAGE;
import static io.jenkins.plugins.mlops.browser.SiteController.OWNER;
import static io.jenkins.plugins.mlops.browser.SiteController.READER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Builds of merges: what became of each merge, who merged, and what Bitbucket was told. */
abstract class MergePages extends Pages {

    private static final String JOB = "job/signs/";
    private static final String MERGES = JOB + "mlops-merges/";
    private static final String REPORTS = ".mlops-reports";

    MergePages(Site site) {
        super(site);
    }

    @Test
    void whatBecameOfMergesIsFoundByKeyboard() throws Throwable {
        site.signs();
        inspect(WHOLE, List.of(MERGES));
        browser.as(OWNER).open(JOB);
        enter("#side-panel a[href$='/mlops-merges']");
        assertThat(browser.path()).isEqualTo(MERGES);
        assertThat(browser.text())
                .contains(
                        "pull request 7 of PRJ/model",
                        "Augment the night recordings",
                        "built: exactly the merge commit")
                .contains("not built: it is into release/2026.11, which is no branch that the job builds");
        assertThat(browser.heard(WHOLE))
                .extracting(Heard::toString)
                .anyMatch(said -> said.contains("table \"Merges\""))
                .anyMatch(said -> said.contains("Copy commit"));
        browser.picture("jenkins-merges", 620);
        enter("#mlops-merges a[href$='/job/signs/1/']");
        assertThat(browser.path()).isEqualTo(JOB + "1/");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aBuildTellsWhoMergedAndWhatBitbucketWasTold() throws Throwable {
        site.signs();
        for (String user : List.of(ADMIN, DARK, NEW_PAGE)) {
            browser.as(user).open(JOB + "1/");
            Inspection inspection = new Inspection(browser).here("the build of " + user, REPORTS);
            assertThat(inspection.faults()).isEmpty();
            assertThat(browser.text())
                    .contains("by Ann Archer, reviewed by Bob Baker")
                    .contains("pull request 7 of PRJ/model: sent");
            browser.open(JOB + "2/");
            assertThat(browser.find(REPORTS).getText()).contains("sent", "failed (", "HTTP 403");
        }
        browser.as(ADMIN).open(JOB + "1/").picture("jenkins-reported", 700);
    }

    /** Titles, branches, names, metrics and gates are anybody's who may open a pull request. */
    @Test
    void markupOfOthersIsTextOnEveryPage() throws Throwable {
        site.signs();
        for (String user : List.of(ADMIN, NEW_PAGE)) {
            browser.as(user);
            for (String page : List.of(MERGES, JOB, JOB + "mlops/", JOB + "2/", JOB + "2/mlops/", JOB + "2/console")) {
                browser.open(page);
                assertThat(browser.run("return document.body.dataset.ran"))
                        .as(page)
                        .isNull();
                assertThat(browser.all("img[src=x]")).as(page).isEmpty();
                assertThat(browser.complaints()).as(page).isEmpty();
            }
            browser.open(MERGES);
            assertThat(browser.text()).contains(Bitbucket.MARKUP);
            browser.open(JOB + "2/mlops/");
            assertThat(browser.text()).contains(Bitbucket.MARKUP);
        }
        inspect(".mlops-section", List.of(JOB + "2/mlops/"));
    }

    @Test
    void whoMayNotConfigureTheJobIsNotToldOfMerges() throws Throwable {
        site.signs();
        browser.as(READER).open(JOB);
        assertThat(browser.all("a[href*=mlops-merges]")).isEmpty();
        browser.open(MERGES);
        assertThat(browser.text()).contains("Access Denied").doesNotContain("PRJ/model");
        assertThat(browser.complaints()).singleElement().asString().contains("403");
    }
}
