package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.NEW_PAGE;
import static io.jenkins.plugins.mlops.browser.SiteController.OWNER;
import static io.jenkins.plugins.mlops.browser.SiteController.READER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Builds of published datasets: what became of each version that an object store told of. */
abstract class PublishedPages extends Pages {

    private static final String JOB = "job/learns/";
    private static final String PUBLISHED = JOB + "mlops-published/";

    PublishedPages(Site site) {
        super(site);
    }

    @Test
    void whatBecameOfVersionsIsFoundByKeyboard() throws Throwable {
        site.published();
        inspect(WHOLE, List.of(PUBLISHED));
        browser.as(ADMIN).open(PUBLISHED);
        assertThat(browser.text())
                .contains("drives/manifests/", "built: ")
                .contains("not built: it is", Site.UNWANTED, "and the trigger wants");
        assertThat(browser.heard(WHOLE))
                .extracting(Heard::toString)
                .anyMatch(said -> said.contains("table \"Published versions\""))
                .anyMatch(said -> said.contains("Copy version"));
        browser.as(OWNER).open(JOB);
        enter("#side-panel a[href$='/mlops-published']");
        assertThat(browser.path()).isEqualTo(PUBLISHED);
        assertThat(browser.text())
                .as("what the job does not want")
                .contains("drives/manifests/")
                .doesNotContain(Site.UNWANTED);
        enter("#mlops-published a[href$='/job/learns/1/']");
        assertThat(browser.path()).isEqualTo(JOB + "1/");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aBuildTellsWhichVersionStartedIt() throws Throwable {
        site.published();
        for (String user : List.of(ADMIN, NEW_PAGE)) {
            browser.as(user).open(JOB + "1/");
            assertThat(browser.text()).contains("drives");
            assertThat(browser.complaints()).as(user).isEmpty();
        }
    }

    @Test
    void whoMayNotConfigureTheJobIsNotToldOfVersions() throws Throwable {
        site.published();
        browser.as(READER).open(JOB);
        assertThat(browser.all("a[href*=mlops-published]")).isEmpty();
        browser.open(PUBLISHED);
        assertThat(browser.text()).contains("Access Denied").doesNotContain("manifests");
        assertThat(browser.complaints()).singleElement().asString().contains("403");
    }
}
