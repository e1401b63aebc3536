package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.io.Serializable;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What {@code promoteModel} and {@code rollbackModel} return to a pipeline: where an alias points now. */
public class PromotedModel implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final int version;
    private final String alias;
    private final int previous;
    private final String runId;
    private final String by;
    private final String at;
    private final String reason;
    private final String gate;

    public PromotedModel(@NonNull RunFacts.AliasUse use) {
        this.name = use.model();
        this.version = use.version();
        this.alias = use.alias();
        this.previous = use.previous();
        this.runId = use.runId();
        this.by = use.by();
        this.at = use.at();
        this.reason = use.reason();
        this.gate = use.gate();
    }

    /** The registered model. */
    @Whitelisted
    public String getName() {
        return name;
    }

    /** The version that the alias points to. */
    @Whitelisted
    public int getVersion() {
        return version;
    }

    @Whitelisted
    public String getAlias() {
        return alias;
    }

    /** The version that the alias pointed to before; 0 for none. */
    @Whitelisted
    public int getPrevious() {
        return previous;
    }

    /** The MLflow run that made the version; null when unknown. */
    @CheckForNull
    @Whitelisted
    public String getRunId() {
        return runId;
    }

    /** Who did it. */
    @Whitelisted
    public String getBy() {
        return by;
    }

    /** When, ISO 8601. */
    @Whitelisted
    public String getAt() {
        return at;
    }

    /** Why; null when nobody said. */
    @CheckForNull
    @Whitelisted
    public String getReason() {
        return reason;
    }

    /** Digest of the gate report that it rests on; null without one. */
    @CheckForNull
    @Whitelisted
    public String getGate() {
        return gate;
    }

    @Override
    @Whitelisted
    public String toString() {
        return name + " version " + version + " is " + alias;
    }
}
