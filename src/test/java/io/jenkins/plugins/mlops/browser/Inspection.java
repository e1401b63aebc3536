package io.jenkins.plugins.mlops.browser;

import io.jenkins.plugins.mlops.browser.Browser.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What every page of the plugin has to be, for everybody: without complaints of the browser (its content security policy is enforced), by
 * WCAG 2.1 AA as far as axe-core can tell, usable by the keyboard alone with a focus that can be seen, and readable in a narrow window.
 * Only the plugin's part of a page is looked at: Jenkins' own has faults that nobody can mend here.
 */
final class Inspection {

    private final Browser browser;
    private final List<String> faults = new ArrayList<>();
    private Predicate<String> known = fault -> false;

    Inspection(Browser browser) {
        this.browser = browser;
    }

    /** Leaves out faults that are Jenkins' own within the parts looked at. */
    Inspection except(Predicate<String> jenkinsOwn) {
        known = jenkinsOwn;
        return this;
    }

    /** Opens a page and looks at it from all sides. */
    Inspection of(String path, String within) {
        browser.open(path);
        note(path, "is not built well", browser.structure(within));
        here(path, within);
        browser.narrow().open(path);
        note(path, "sticks out of a narrow window", browser.overflowing(within));
        note(path, "complained in a narrow window", browser.complaints());
        browser.wide();
        return this;
    }

    /** Looks at the page that is open, without its narrow form. */
    Inspection here(String what, String within) {
        looks(what, within);
        for (Stop stop : browser.walk(within)) {
            if (!stop.seen() || stop.label().isEmpty()) {
                note(what, stop.seen() ? "has no name" : "does not show the focus", List.of(stop.toString()));
            }
        }
        note(what, "is passed over by the tabulator at", browser.unreached(within));
        return this;
    }

    /** Looks without touching the keyboard, for a second theme. */
    Inspection looks(String what, String within) {
        note(what, "complained", browser.complaints());
        note(what, "violates", browser.violations(within));
        return this;
    }

    private void note(String where, String how, List<String> found) {
        found.stream().filter(known.negate()).forEach(fault -> faults.add(where + " " + how + ": " + fault));
    }

    /** What was found: nothing is well. */
    List<String> faults() {
        return List.copyOf(faults);
    }
}
