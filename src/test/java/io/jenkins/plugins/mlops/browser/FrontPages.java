package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.READER;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** How one gets to the plugin's pages, and who does not. */
abstract class FrontPages extends Pages {

    private static final String SIDE_BAR = "#side-panel a[href$='/mlops-models']";

    FrontPages(Site site) {
        super(site);
    }

    @Test
    void modelsAreInTheSideBarAndInTheHeadersMenu() throws Throwable {
        site.digits();
        browser.as(ADMIN).open("");
        enter(SIDE_BAR);
        assertThat(browser.path()).isEqualTo("mlops-models/");
        browser.await("the models", () -> browser.text().contains("champion"));

        browser.open("job/digits/");
        browser.fromStart().tabTo("#header-more-actions", 60);
        browser.press(Keys.ENTER);
        String item = ".jenkins-dropdown a[href$='/mlops-models']";
        browser.await("the menu", () -> !browser.all(item).isEmpty());
        assertThat(target(item)).isEqualTo("mlops-models");
        assertThat(browser.complaints()).isEmpty();
    }

    /** A reader of jobs, who may not see lineage, is not told that there is any. */
    @Test
    void whoMayNotSeeLineageFindsNothing() throws Throwable {
        site.digits();
        browser.as(READER).open("");
        assertThat(browser.text()).contains("digits").doesNotContain("Models");
        browser.open("job/digits/3/");
        assertThat(browser.text()).contains("#3").doesNotContain("MLOps", "champion");
        assertThat(browser.all("a[href*=mlops]")).isEmpty();
        for (String page : new String[] {"job/digits/3/mlops/", "job/digits/3/mlops-promotion/", "mlops-models/"}) {
            browser.open(page);
            assertThat(browser.text()).as(page).doesNotContain("sha256").contains("Access Denied");
            assertThat(browser.complaints()).as(page).singleElement().asString().contains("403");
        }
    }

    /** Else the silence of the browser about scripts and styles in the pages would mean nothing. */
    @Test
    void theContentSecurityPolicyIsEnforced() {
        browser.as(ADMIN).open("");
        browser.run("const script = document.createElement('script'); script.textContent = 'window.testRan = true';"
                + "document.body.append(script);");
        assertThat(browser.run("return window.testRan === undefined")).isEqualTo(true);
        assertThat(browser.complaints()).anyMatch(complaint -> complaint.contains("Content Security Policy"));
    }
}
