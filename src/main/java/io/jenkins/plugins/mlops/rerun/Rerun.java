package io.jenkins.plugins.mlops.rerun;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Failure;
import hudson.model.Job;
import hudson.model.ParametersAction;
import hudson.model.PasswordParameterValue;
import hudson.model.Queue;
import hudson.model.Run;
import io.jenkins.plugins.mlops.audit.AuditLog;
import io.jenkins.plugins.mlops.audit.AuditRecord;
import io.jenkins.plugins.mlops.cache.AgentCache;
import io.jenkins.plugins.mlops.card.AnonymisedDatasets;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.dvc.DvcUri;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.rerun.OriginalTraining;
import io.jenkins.plugins.mlops.core.rerun.RerunKind;
import io.jenkins.plugins.mlops.core.rerun.RerunPlan;
import io.jenkins.plugins.mlops.core.rerun.RerunPlanner;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.dataset.DvcListings;
import io.jenkins.plugins.mlops.dataset.JobDatasets;
import io.jenkins.plugins.mlops.lineage.BuildLineage;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import io.jenkins.plugins.mlops.policy.JobPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;

/** Plans to do the training of a build again, and schedules it. */
final class Rerun {

    private final Run<?, ?> run;

    Rerun(@NonNull Run<?, ?> run) {
        this.run = run;
    }

    /**
     * Makes the plan; the object store is asked, and nothing is changed.
     *
     * @throws MlopsException that says what is missing
     */
    RerunPlan plan(RerunKind kind) {
        OriginalTraining training = training();
        JobPolicy policy = JobPolicy.of(run.getParent());
        try (ObjectStore store = ObjectStore.connect(policy.objectStore(null).settings(run))) {
            JobDatasets datasets = new JobDatasets(
                    store,
                    new Datasets(store, DatasetCache.at(AgentCache.ofController())),
                    DvcListings.none(),
                    policy,
                    new AnonymisedDatasets(policy));
            return RerunPlanner.plan(
                    kind,
                    training,
                    datasets,
                    datasets,
                    new RerunPlanner.Repository(
                            null,
                            () -> new RerunPlanner.NewestCommit(null, "what the job builds when the build begins")));
        }
    }

    /** The trainings of a build that left a record, in their order. */
    static List<TrainingUse> recorded(Run<?, ?> build) {
        return BuildLineage.of(build).facts().trainings().stream()
                .filter(use -> use.record() != null)
                .toList();
    }

    /** The only training of the build that made a model. */
    OriginalTraining training() {
        List<TrainingUse> recorded = recorded(run);
        if (recorded.size() != 1) {
            throw MlopsException.refused("The build has recorded " + recorded.size()
                    + " trainings: only a build that has recorded exactly one can be done again");
        }
        OriginalTraining training = OriginalTraining.read(
                ControllerLineage.store(), Digest.parse(recorded.get(0).record()));
        // A name from a record must not have the controller read a file of its own.
        Stream.of(Provenance.TRAINING_DATA, Provenance.EVALUATION_DATA)
                .flatMap(training.provenance()::dependencies)
                .filter(dataset -> dataset.uri() != null
                        && !S3Uri.isS3(dataset.uri())
                        && DvcUri.parse(dataset.uri()).isEmpty())
                .findFirst()
                .ifPresent(dataset -> {
                    throw MlopsException.refused("The dataset " + dataset.name() + " came from " + dataset.uri()
                            + ", which is in no object store and told by no DVC: only what is can be found again");
                });
        return training;
    }

    /** By which a person says that this is the plan that was shown. */
    static String digest(RerunPlan plan) {
        return Digest.of(Documents.toJson(plan)).toString();
    }

    /**
     * Schedules it as it was shown, and writes into the audit what came of it.
     *
     * @param shown {@link #digest} of the plan that the person saw
     */
    void start(RerunKind kind, String shown, String reason) {
        String by = Jenkins.getAuthentication2().getName();
        Digest model = training().model();
        try {
            RerunPlan plan = plan(kind);
            if (!digest(plan).equals(shown)) {
                throw MlopsException.refused(
                        "The plan is not any more what was shown: go back to the page and look again");
            }
            schedule(plan, by, reason);
            audit(by, kind, model, reason, AuditRecord.DONE);
        } catch (MlopsException | Failure e) {
            audit(by, kind, model, reason, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void schedule(RerunPlan plan, String by, String reason) {
        Job<?, ?> job = run.getParent();
        if (!(job instanceof ParameterizedJobMixIn.ParameterizedJob<?, ?> buildable) || !buildable.isBuildable()) {
            throw new Failure(job.getFullDisplayName() + " cannot be built now: is it disabled?");
        }
        List<Action> actions = new ArrayList<>();
        actions.add(new RerunAction(plan, run, by, reason));
        actions.add(new CauseAction(new Cause.UserIdCause(), new RerunCause(run, plan.kind())));
        actions.addAll(parameters());
        if (plan.kind().sameCommit()) {
            actions.add(PinnedScript.of(run));
            actions.addAll(PinnedCommit.of(run, plan));
        }
        Queue.Item item = ParameterizedJobMixIn.scheduleBuild2(job, 0, actions.toArray(new Action[0]));
        if (item == null) {
            throw new Failure(job.getFullDisplayName() + " was not put into the queue: is Jenkins shutting down?");
        }
        // Jenkins would do so a minute later, and whoever pressed the button relies on it now.
        Queue.getInstance().save();
    }

    private List<ParametersAction> parameters() {
        List<ParametersAction> given = run.getActions(ParametersAction.class);
        if (given.stream()
                .flatMap(action -> action.getParameters().stream())
                .anyMatch(PasswordParameterValue.class::isInstance)) {
            throw new Failure(
                    "The build was given a password as a parameter, which is not used a second time: start the"
                            + " job by hand");
        }
        return given;
    }

    private void audit(String by, RerunKind kind, Digest model, String reason, String result) {
        AuditLog.add(new AuditRecord(
                Instant.now().toString(),
                by,
                kind.word(),
                run.getUrl(),
                "page-" + UUID.randomUUID(),
                null,
                model.toString(),
                null,
                null,
                null,
                null,
                reason,
                result));
    }
}
