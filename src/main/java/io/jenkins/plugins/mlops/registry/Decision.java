package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.Serializable;

/** What somebody decided about a promotion that waited. Immutable; persisted with the build. */
final class Decision implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String by;
    private final String at;
    private final String reason;

    /** @param at ISO 8601 */
    Decision(String by, String at, @CheckForNull String reason) {
        this.by = by;
        this.at = at;
        this.reason = reason;
    }

    /** Id of the user. */
    String by() {
        return by;
    }

    String at() {
        return at;
    }

    @CheckForNull
    String reason() {
        return reason;
    }
}
