package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Cause;
import hudson.model.Run;
import hudson.model.User;
import hudson.scm.ChangeLogSet;
import io.jenkins.plugins.mlops.lineage.RunFacts;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.scm.RunWithSCM;

/** Whose own work a promotion is: who started the build, and the authors of the commits that are new in it. */
final class ConcernedPersons {

    private ConcernedPersons() {}

    /** Ids of users, as far as Jenkins knows them. */
    @NonNull
    static List<String> of(@NonNull Run<?, ?> run, @NonNull RunFacts facts) {
        Set<String> persons = new LinkedHashSet<>();
        for (Cause cause : run.getCauses()) {
            addStarters(cause, persons);
        }
        if (run instanceof RunWithSCM<?, ?> withScm) {
            Set<String> commits = facts.trainings().stream()
                    .map(RunFacts.TrainingUse::commit)
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet());
            List<ChangeLogSet.Entry> entries = new ArrayList<>();
            withScm.getChangeSets().forEach(set -> set.forEach(entries::add));
            boolean known = entries.stream().anyMatch(entry -> commits.contains(entry.getCommitId()));
            for (ChangeLogSet.Entry entry : entries) {
                User author = entry.getAuthor();
                if (author != null && (!known || commits.contains(entry.getCommitId()))) {
                    persons.add(author.getId());
                }
            }
        }
        return List.copyOf(persons);
    }

    private static void addStarters(Cause cause, Set<String> persons) {
        if (cause instanceof Cause.UserIdCause byUser && byUser.getUserId() != null) {
            persons.add(byUser.getUserId());
        }
        if (cause instanceof Cause.UpstreamCause upstream) {
            upstream.getUpstreamCauses().forEach(further -> addStarters(further, persons));
        }
    }
}
