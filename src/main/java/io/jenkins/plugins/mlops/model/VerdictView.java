package io.jenkins.plugins.mlops.model;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import java.util.Date;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** What a gate said of a model, as the evidence has it. */
@ExportedBean(defaultVisibility = 4)
@Restricted(NoExternalUse.class)
public final class VerdictView {

    private final GateVerdict gate;

    VerdictView(GateVerdict gate) {
        this.gate = gate;
    }

    /** pass, fail or inconclusive. */
    @Exported
    public String getVerdict() {
        return text(gate.verdict());
    }

    @Exported
    public String getSummary() {
        return text(gate.summary());
    }

    /** Digest of the gate's report. */
    @Exported
    public String getDigest() {
        return gate.report()
                .digest(ResourceDescriptor.SHA256)
                .map(Digest::toString)
                .orElse(null);
    }

    @Exported
    public String getAt() {
        return gate.decidedOn().toString();
    }

    public Date getTime() {
        return Date.from(gate.decidedOn());
    }
}
