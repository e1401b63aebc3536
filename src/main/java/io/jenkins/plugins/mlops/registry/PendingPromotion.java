package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import java.io.Serializable;

/** What somebody has to decide about. Immutable; persisted with the build. */
final class PendingPromotion implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final String alias;
    private final String server;
    private final int version;
    private final int from;
    private final String gate;
    private final String by;
    private final String since;

    /**
     * @param from the version that the alias points to; 0 for none
     * @param gate digest of the report; null without one
     * @param by who wants it
     * @param since ISO 8601
     */
    PendingPromotion(
            String name,
            String alias,
            String server,
            int version,
            int from,
            @CheckForNull String gate,
            String by,
            String since) {
        this.name = name;
        this.alias = alias;
        this.server = server;
        this.version = version;
        this.from = from;
        this.gate = gate;
        this.by = by;
        this.since = since;
    }

    String name() {
        return name;
    }

    String alias() {
        return alias;
    }

    /** Name of the MLflow profile. */
    String server() {
        return server;
    }

    int version() {
        return version;
    }

    int from() {
        return from;
    }

    @CheckForNull
    String gate() {
        return gate;
    }

    String by() {
        return by;
    }

    String since() {
        return since;
    }

    /** What a decision is about, so that one about something else is told from it. */
    @NonNull
    String state() {
        return version + " " + from + " " + (gate == null ? "" : gate);
    }

    @Override
    public String toString() {
        return "version " + version + " of " + name + " becomes " + alias;
    }
}
