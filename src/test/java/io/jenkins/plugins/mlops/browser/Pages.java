package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static io.jenkins.plugins.mlops.browser.SiteController.DARK;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What tests of pages have in common; a class of them is nested in {@link PagesBrowserIT}, so that all share a controller. */
abstract class Pages {

    /** The main part of a page that is the plugin's alone. */
    static final String WHOLE = "#main-panel";

    final Site site;
    final Browser browser;

    Pages(Site site) {
        this.site = site;
        this.browser = site.browser();
    }

    /** Looks at pages from all sides, then at their colours in the dark theme. */
    final void inspect(String within, List<String> paths) {
        Inspection inspection = new Inspection(browser);
        browser.as(ADMIN);
        paths.forEach(path -> inspection.of(path, within));
        browser.as(DARK);
        paths.forEach(path -> {
            browser.open(path);
            inspection.looks(path + " in dark", within);
        });
        assertThat(inspection.faults()).isEmpty();
    }

    /** Walks with Tab from the page's start to a control and writes into it, over what is in it. */
    final void type(String selector, String text) {
        WebElement field = browser.fromStart().tabTo(selector, 200);
        field.sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
    }

    /** Walks with Tab from the page's start to a control and presses Enter there, and waits for the page that comes. */
    final void enter(String selector) {
        browser.fromStart().tabTo(selector, 200);
        browser.press(Keys.ENTER).settle();
    }

    /** The address below the controller's root that the first link of a selector leads to. */
    final String target(String selector) {
        return browser.relative(browser.find(selector).getDomProperty("href"));
    }
}
