package io.jenkins.plugins.mlops.browser;

import static io.jenkins.plugins.mlops.browser.SiteController.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The pages of a job with years of builds. */
abstract class ManyBuildsPages extends Pages {

    private static final String PARTS = ".mlops-section, .mlops-trend";

    ManyBuildsPages(Site site) {
        super(site);
    }

    @Test
    void tenThousandBuildsAreWalkedThrough() throws Throwable {
        site.years();
        browser.as(ADMIN).open("job/years/10000/mlops/");
        String dataset = target("a[href*='mlops-models/dataset']");
        inspect(
                PARTS,
                List.of("job/years/", "job/years/10000/mlops/", "job/years/1/mlops/", "job/years/mlops/", dataset));
        browser.as(ADMIN).open("job/years/mlops/?builds=200");
        assertThat(browser.all("#mlops-numbers ~ .mlops-wide tbody tr")).hasSize(200);
        assertThat(browser.chartFaults()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }
}
