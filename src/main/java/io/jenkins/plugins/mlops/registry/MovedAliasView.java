package io.jenkins.plugins.mlops.registry;

import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.lineage.RunFacts;

/** An alias that a build moved, for who may move it back. Immutable. */
public final class MovedAliasView {

    private final RunFacts.AliasUse use;

    MovedAliasView(RunFacts.AliasUse use) {
        this.use = use;
    }

    boolean isOf(RunFacts.AliasUse other) {
        return use.server().equals(other.server())
                && use.model().equals(other.model())
                && use.alias().equals(other.alias());
    }

    public String getModel() {
        return PrintableText.of(use.model());
    }

    public String getAlias() {
        return PrintableText.of(use.alias());
    }

    public String getServer() {
        return PrintableText.of(use.server());
    }

    public int getVersion() {
        return use.version();
    }
}
