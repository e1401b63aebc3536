package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.model.Failure;
import hudson.model.Job;
import hudson.security.Permission;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import io.jenkins.plugins.mlops.lineage.Shown;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.io.IOException;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** A promotion that waits: what it is, the gate, the difference to the champion now, and the two buttons. */
@Restricted(NoExternalUse.class)
public final class PendingPage {

    private final PromotionPage page;
    private final ApprovedPromotionExecution execution;
    private final PendingPromotion pending;
    private ChampionComparison comparison;

    PendingPage(PromotionPage page, ApprovedPromotionExecution execution) {
        this.page = page;
        this.execution = execution;
        this.pending = Objects.requireNonNull(execution.pending(), "it waits");
    }

    public PromotionPage getPage() {
        return page;
    }

    public String getId() {
        try {
            return execution.id();
        } catch (IOException e) {
            throw new Failure("The build cannot be read: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("The page was broken off");
        }
    }

    public String getSentence() {
        return PrintableText.of(
                "Version " + pending.version() + " of " + pending.name() + " is to become " + pending.alias());
    }

    @CheckForNull
    public String getMessage() {
        String message = execution.approval().getMessage();
        return message == null ? null : PrintableText.of(message);
    }

    @CheckForNull
    public String getSubmitters() {
        return execution.approval().getSubmitters();
    }

    public String getBy() {
        return PrintableText.of(pending.by());
    }

    /** When it began to wait, as it was recorded. */
    public String getAt() {
        return Shown.text(pending.since());
    }

    /** The same as a date; null when it is none. */
    @CheckForNull
    public Date getTime() {
        return Shown.time(pending.since());
    }

    /** The version that the alias pointed to when the step began to wait; 0 for none. */
    public int getFrom() {
        return pending.from();
    }

    /** What a decision on this page is about. */
    public String getState() {
        return pending.state();
    }

    @CheckForNull
    public String getGate() {
        return pending.gate();
    }

    /** Of the gate whose report it rests on; null when the build does not have it. */
    @CheckForNull
    private RunFacts.GateUse gate() {
        try {
            return BuildLineage.of(page.getRun()).facts().gates().stream()
                    .filter(use -> use.digest() != null && use.digest().equals(pending.gate()))
                    .findFirst()
                    .orElse(null);
        } catch (MlopsException e) {
            throw new Failure(e.getMessage());
        }
    }

    public String getVerdict() {
        RunFacts.GateUse gate = gate();
        return gate == null ? null : PrintableText.of(gate.verdict());
    }

    public String getSummary() {
        RunFacts.GateUse gate = gate();
        return gate != null
                ? PrintableText.of(gate.summary())
                : pending.gate() == null ? "No gate has judged this model" : "The gate is one of another build";
    }

    public List<RunFacts.RuleUse> getRules() {
        RunFacts.GateUse gate = gate();
        return gate == null ? List.of() : gate.rules();
    }

    /** Asked for once a page. */
    public ChampionComparison getComparison() {
        if (comparison == null) {
            try {
                comparison = ChampionComparison.of(
                        page.profile(pending.server()), pending.name(), pending.alias(), null, pending.version());
            } catch (MlopsException e) {
                throw new Failure(e.getMessage());
            }
        }
        return comparison;
    }

    /** Whether the current user may say yes. */
    public boolean isApprover() {
        return has(MlopsPermissions.PROMOTE)
                && (execution.approval().names(Jenkins.getAuthentication2())
                        || Jenkins.get().hasPermission(Jenkins.ADMINISTER));
    }

    /** Whether the current user may say no: approvers, and who may cancel the build. */
    public boolean isRejecter() {
        return isApprover() || has(Job.CANCEL);
    }

    private boolean has(Permission permission) {
        return page.getRun().getParent().hasPermission(permission);
    }

    @RequirePOST
    public HttpResponse doApprove(@QueryParameter String seen, @QueryParameter String reason) {
        MlopsPermissions.check(page.getRun().getParent(), MlopsPermissions.PROMOTE);
        if (!isApprover()) {
            throw new Failure("Only " + execution.approval().getSubmitters() + " may approve this promotion");
        }
        return page.told(() -> {
            requireOther();
            execution.approve(
                    AliasMoves.userId(),
                    PromotionPage.required(reason, "a reason, which is kept with the model"),
                    seen);
        });
    }

    /** Where the policy wants another person, one who cannot approve is told so before the step fails of it. */
    private void requireOther() {
        RunFacts facts = BuildLineage.of(page.getRun()).facts();
        new PromotionRules(JobPolicy.of(page.getRun()))
                .checkApproved(List.of(AliasMoves.userId()), ConcernedPersons.of(page.getRun(), facts));
    }

    @RequirePOST
    public HttpResponse doReject(@QueryParameter String seen, @QueryParameter String reason) {
        MlopsPermissions.checkView(page.getRun());
        if (!isRejecter()) {
            throw new Failure("Only who may approve this promotion, or cancel the build, may reject it");
        }
        return page.told(() -> execution.reject(AliasMoves.userId(), Util.fixEmptyAndTrim(reason), seen));
    }
}
