package io.jenkins.plugins.mlops.usage;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.ResourceDescriptor;
import io.jenkins.plugins.mlops.core.training.ModelReference;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.FactsListener;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Notes what the steps of builds use and make, as soon as they say it. */
@Extension
@Restricted(NoExternalUse.class)
public class UsageNotes implements FactsListener {

    private static final Logger LOGGER = Logger.getLogger(UsageNotes.class.getName());

    @Override
    public void changed(@NonNull Run<?, ?> run, @NonNull RunFacts before, @NonNull RunFacts after) {
        Set<Subject> fresh = subjects(after);
        fresh.removeAll(subjects(before));
        Set<String> records = records(after);
        records.removeAll(records(before));
        records.forEach(record -> trainedOn(fresh, record));
        fresh.forEach(subject -> BuildUses.add(run, subject));
    }

    /** Everything that a build with these facts was noted for. */
    static Set<Subject> all(RunFacts facts) {
        Set<Subject> all = subjects(facts);
        records(facts).forEach(record -> trainedOn(all, record));
        return all;
    }

    private static Set<Subject> subjects(RunFacts facts) {
        Set<Subject> subjects = new LinkedHashSet<>();
        facts.datasets().forEach(use -> dataset(subjects, use.version()));
        facts.trainings().forEach(use -> {
            if (use.runId() != null) {
                subjects.add(Subject.mlflowRun(use.runId()));
            }
        });
        facts.evaluations().forEach(use -> {
            dataset(subjects, use.evaluationSet());
            if (use.candidate() != null) {
                model(subjects, use.server(), use.candidate().model());
            }
        });
        facts.aliases().forEach(use -> subjects.add(Subject.model(use.server(), use.model())));
        return subjects;
    }

    private static void dataset(Set<Subject> subjects, String id) {
        if (id != null && Digest.isDigest(id)) {
            subjects.add(Subject.dataset(Digest.parse(id)));
        }
    }

    private static void model(Set<Subject> subjects, String server, String reference) {
        if (server == null || reference == null) {
            return;
        }
        try {
            subjects.add(Subject.model(server, ModelReference.parse(reference).name()));
        } catch (MlopsException e) {
            LOGGER.log(Level.FINEST, "no registered model: {0}", reference);
        }
    }

    private static Set<String> records(RunFacts facts) {
        return facts.trainings().stream()
                .map(RunFacts.TrainingUse::record)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What a training on a cluster used is in its record alone: no step of the build pulled it. */
    private static void trainedOn(Set<Subject> subjects, String record) {
        if (!Digest.isDigest(record)) {
            return;
        }
        ControllerLineage.store().recorded(Digest.parse(record)).ifPresent(recorded -> {
            if (recorded.predicate() instanceof Provenance provenance) {
                Stream.concat(
                                provenance.dependencies(Provenance.TRAINING_DATA),
                                provenance.dependencies(Provenance.EVALUATION_DATA))
                        .forEach(dataset -> dataset.digest(ResourceDescriptor.TREE)
                                .map(Subject::dataset)
                                .ifPresent(subjects::add));
            }
        });
    }
}
