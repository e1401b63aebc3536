package io.jenkins.plugins.mlops.core.withdrawal;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.DatasetPolicy;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.EvidenceSync;
import io.jenkins.plugins.mlops.core.lineage.LineageOrigin;
import io.jenkins.plugins.mlops.core.lineage.LineageStep;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was withdrawn when it was read, and where it is. A dataset has withdrawn data when its content id, one of its files or
 * groups is withdrawn, or when it was derived from such a dataset; a model when it was trained on such a dataset, started from such a
 * model, or is itself withdrawn. A dataset that a model was merely evaluated on did not go into it.
 *
 * <p>Thread-safe. {@code check...} fails with an {@link MlopsException} of kind REFUSED that says what is withdrawn and why;
 * {@code find...} lists it.
 */
public final class Withdrawals implements DatasetPolicy {

    private static final int TOLD = 3;

    private final List<Withdrawal> inForce;
    private final Map<Digest, Withdrawal> byDigest = new HashMap<>();
    private final Map<String, Withdrawal> byGroup = new HashMap<>();
    private final LineageStore lineage;
    /** Why the lineage store may lack what is behind something, a sentence each. */
    private final List<String> gaps;

    private Withdrawals(Collection<Withdrawal> all, LineageStore lineage, List<String> gaps) {
        this.gaps = gaps;
        this.inForce = all.stream().filter(Withdrawal::inForce).toList();
        this.lineage = lineage;
        for (Withdrawal withdrawal : inForce) {
            withdrawal.digests().forEach(digest -> byDigest.putIfAbsent(digest, withdrawal));
            withdrawal.groups().forEach(group -> byGroup.putIfAbsent(group, withdrawal));
        }
    }

    /** Nothing is withdrawn: no evidence store is configured that could say otherwise. */
    public static Withdrawals none() {
        return new Withdrawals(List.of(), null, List.of());
    }

    /**
     * @param all as {@link WithdrawalJournal#read} gave them
     * @param lineage knows what datasets and models were made of
     */
    public static Withdrawals of(Collection<Withdrawal> all, LineageStore lineage) {
        return new Withdrawals(all, lineage, List.of());
    }

    /**
     * What an evidence store says now. Where something is withdrawn, the records that the store has beyond the lineage store are fetched
     * first, since what is behind a dataset or model is looked for in the lineage store.
     *
     * @param store empty when none is configured: nothing is withdrawn then
     * @throws MlopsException of kind UNREACHABLE when the store is away: what is withdrawn is not known then
     */
    public static Withdrawals in(Optional<EvidenceStore> store, LineageStore lineage) {
        if (store.isEmpty()) {
            return none();
        }
        List<Withdrawal> all = WithdrawalJournal.of(store.get(), lineage).read();
        if (all.stream().noneMatch(Withdrawal::inForce)) {
            return of(all, lineage);
        }
        return new Withdrawals(all, lineage, gaps(new EvidenceSync(store.get(), lineage).sync()));
    }

    private static List<String> gaps(EvidenceSync.Result synced) {
        return synced.problems().isEmpty()
                ? List.of()
                : List.of("Withdrawn data may be missed: " + synced.problems().size()
                        + " of the objects that the evidence store " + synced.location()
                        + " names are damaged or gone; 'mlops lineage verify --all' names them");
    }

    /** The withdrawals that hold. */
    public List<Withdrawal> inForce() {
        return inForce;
    }

    public boolean isEmpty() {
        return inForce.isEmpty();
    }

    /** Withdrawn data in a dataset whose files are known. */
    public List<Finding> find(Manifest manifest) {
        return find(manifest, manifest.entries());
    }

    /** As {@link #find(Manifest)}, when only some of the files are wanted. */
    public List<Finding> find(Manifest manifest, Collection<Manifest.Entry> wanted) {
        if (isEmpty()) {
            return List.of();
        }
        List<LineageStep> here = List.of(
                new LineageStep(LineageStep.Kind.DATASET, manifest.content().toString(), manifest.name()));
        Set<Finding> findings = new LinkedHashSet<>();
        Withdrawal whole = byDigest.get(manifest.content());
        if (whole != null) {
            findings.add(new Finding(
                    whole,
                    new LineageOrigin(
                            LineageOrigin.Kind.DATASET, manifest.content().toString(), here),
                    null));
        }
        for (Manifest.Entry entry : wanted) {
            Withdrawal file = byDigest.get(entry.sha256());
            if (file != null) {
                findings.add(new Finding(
                        file,
                        new LineageOrigin(
                                LineageOrigin.Kind.FILE, entry.sha256().toString(), here),
                        entry.path()));
            }
            Withdrawal group = entry.group() == null ? null : byGroup.get(entry.group());
            if (group != null) {
                findings.add(
                        new Finding(group, new LineageOrigin(LineageOrigin.Kind.GROUP, entry.group(), here), null));
            }
        }
        findBehind(manifest.content().toString(), findings);
        return List.copyOf(findings);
    }

    /** Withdrawn data in a dataset version, as far as the lineage store knows its files and what it was derived from. */
    public List<Finding> find(DatasetVersion dataset) {
        if (isEmpty()) {
            return List.of();
        }
        Set<Finding> findings = new LinkedHashSet<>(findings(lineage.originsOfDataset(
                dataset.contentId() == null
                        ? dataset.sourceId()
                        : dataset.contentId().toString(),
                byDigest.keySet(),
                byGroup.keySet())));
        Withdrawal whole = dataset.contentId() == null ? null : byDigest.get(dataset.contentId());
        if (findings.isEmpty() && whole != null) {
            LineageStep here = new LineageStep(
                    LineageStep.Kind.DATASET, dataset.contentId().toString(), dataset.name());
            findings.add(new Finding(
                    whole,
                    new LineageOrigin(
                            LineageOrigin.Kind.DATASET, dataset.contentId().toString(), List.of(here)),
                    null));
        }
        return List.copyOf(findings);
    }

    /** Withdrawn data that a model came from, as far as the lineage store knows. @param model its content id */
    public List<Finding> findInModel(Digest model) {
        if (isEmpty()) {
            return List.of();
        }
        Set<Finding> findings =
                new LinkedHashSet<>(findings(lineage.originsOfModel(model, byDigest.keySet(), byGroup.keySet())));
        Withdrawal itself = byDigest.get(model);
        if (findings.isEmpty() && itself != null) {
            LineageStep here = new LineageStep(LineageStep.Kind.MODEL, model.toString(), null);
            findings.add(new Finding(
                    itself, new LineageOrigin(LineageOrigin.Kind.MODEL, model.toString(), List.of(here)), null));
        }
        return List.copyOf(findings);
    }

    /**
     * Why it cannot be said for sure that nothing withdrawn is behind a model, a sentence each; none while nothing is withdrawn.
     */
    public List<String> notKnownBehind(Digest model) {
        if (isEmpty()) {
            return List.of();
        }
        List<String> reasons = new ArrayList<>(gaps);
        lineage.unknownBehindModel(model).stream()
                .map(step -> "Whether withdrawn data is in the "
                        + (step.kind() == LineageStep.Kind.MODEL
                                ? "model " + step.label() + " is not known: it has no record"
                                : "dataset " + step.label()
                                        + " is not known: its manifest is not in the lineage store"))
                .forEach(reasons::add);
        return List.copyOf(reasons);
    }

    /** Refuses a dataset with withdrawn data in it. */
    public void check(Manifest manifest) {
        check(manifest, manifest.entries());
    }

    /** As {@link #check(Manifest)}, when only some of the files are wanted. */
    @Override
    public void check(Manifest manifest, Collection<Manifest.Entry> wanted) {
        refuse("The dataset " + manifest.name() + " " + manifest.content(), find(manifest, wanted));
    }

    @Override
    public void checkFile(String path, Digest sha256) {
        Withdrawal withdrawal = byDigest.get(sha256);
        if (withdrawal != null) {
            throw MlopsException.refused("The file " + path + " (" + sha256 + ") is withdrawn (" + withdrawal
                    + "): take it out and publish the rest");
        }
    }

    /** The withdrawn files, those of withdrawn groups, and all of a dataset that is withdrawn as a whole. */
    @Override
    public Set<Digest> forbidden(Manifest manifest) {
        boolean whole = byDigest.containsKey(manifest.content());
        return manifest.entries().stream()
                .filter(entry -> whole || isWithdrawn(entry.sha256(), entry.group()))
                .map(Manifest.Entry::sha256)
                .collect(Collectors.toSet());
    }

    /** Whether a file is, by itself or as part of a group. @param group null for none */
    boolean isWithdrawn(Digest sha256, String group) {
        return byDigest.containsKey(sha256) || group != null && byGroup.containsKey(group);
    }

    /**
     * Refuses a dataset as the input of a step when withdrawn data goes on from it.
     *
     * @param withoutGroups groups that the step leaves out
     * @param withoutFiles files that the step leaves out
     */
    public void checkInput(Manifest manifest, Set<String> withoutGroups, Set<Digest> withoutFiles) {
        List<Manifest.Entry> wanted = manifest.entries().stream()
                .filter(entry -> !withoutFiles.contains(entry.sha256())
                        && (entry.group() == null || !withoutGroups.contains(entry.group())))
                .toList();
        List<Finding> goingOn = find(manifest, wanted).stream()
                .filter(finding -> switch (finding.origin().kind()) {
                    case GROUP -> !withoutGroups.contains(finding.origin().item());
                    case FILE ->
                        !withoutFiles.contains(Digest.parse(finding.origin().item()));
                    case DATASET, MODEL -> true;
                })
                .toList();
        refuse("The input " + manifest.name() + " " + manifest.content(), goingOn);
    }

    /** Refuses a dataset version with withdrawn data in it, as far as is known before its files are. */
    public void check(DatasetVersion dataset) {
        refuse("The dataset " + dataset.name() + " from " + dataset.source(), find(dataset));
    }

    /**
     * Refuses a model that came from withdrawn data.
     *
     * @param name for people, such as {@code digits/3}
     * @param model its content id
     */
    public void checkModel(String name, Digest model) {
        refuse("The model " + name, findInModel(model));
    }

    private void findBehind(String dataset, Set<Finding> findings) {
        for (Finding finding : findings(lineage.originsOfDataset(dataset, byDigest.keySet(), byGroup.keySet()))) {
            if (finding.origin().path().size() > 1) { // its own files were looked at already
                findings.add(finding);
            }
        }
    }

    private List<Finding> findings(List<LineageOrigin> origins) {
        List<Finding> findings = new ArrayList<>();
        for (LineageOrigin origin : origins) {
            Withdrawal withdrawal = origin.kind() == LineageOrigin.Kind.GROUP
                    ? byGroup.get(origin.item())
                    : byDigest.get(Digest.parse(origin.item()));
            findings.add(new Finding(withdrawal, origin, null));
        }
        return findings;
    }

    private static void refuse(String what, List<Finding> findings) {
        if (!findings.isEmpty()) {
            throw MlopsException.refused(what + " has withdrawn data in it: "
                    + findings.stream().limit(TOLD).map(Finding::toString).collect(Collectors.joining("; "))
                    + (findings.size() > TOLD ? "; and " + (findings.size() - TOLD) + " more" : "")
                    + "; use a version without it");
        }
    }
}
