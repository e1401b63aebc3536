package io.jenkins.plugins.mlops.browser;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every page of the plugin in a real browser, on a real controller, with what real builds of pipelines/digits left. The tests are in the
 * classes that the nested ones extend: one controller serves them all, in whatever order.
 */
class PagesBrowserIT {

    @RegisterExtension
    private static final Site SITE = new Site();

    @Nested
    class Front extends FrontPages {
        Front() {
            super(SITE);
        }
    }

    @Nested
    class Build extends BuildPages {
        Build() {
            super(SITE);
        }
    }

    @Nested
    class Trend extends TrendPages {
        Trend() {
            super(SITE);
        }
    }

    @Nested
    class Model extends ModelPages {
        Model() {
            super(SITE);
        }
    }

    @Nested
    class Promotion extends PromotionPages {
        Promotion() {
            super(SITE);
        }
    }

    @Nested
    class Approval extends ApprovalPages {
        Approval() {
            super(SITE);
        }
    }

    @Nested
    class Merge extends MergePages {
        Merge() {
            super(SITE);
        }
    }

    @Nested
    class Published extends PublishedPages {
        Published() {
            super(SITE);
        }
    }

    @Nested
    class Rerun extends RerunPages {
        Rerun() {
            super(SITE);
        }
    }

    @Nested
    class Configuration extends ConfigurationPages {
        Configuration() {
            super(SITE);
        }
    }

    @Nested
    class ManyBuilds extends ManyBuildsPages {
        ManyBuilds() {
            super(SITE);
        }
    }
}
