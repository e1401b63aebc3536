package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.Run;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.config.Profile;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.image.ImageReference;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a job may do: all policies whose folder is the job or one that it lies in. Every list must allow a thing, requirements add
 * up, and of the defaults the nearest counts. Only where the job is decides, never what it runs, so that neither a pipeline nor a
 * library, a replay or a branch gets around it. To be asked anew whenever something is about to be done, after a restart too:
 * it says what the configuration said when it was made. Immutable. Every refusal is an {@link MlopsException} of kind REFUSED that says
 * whose policy it is and what that allows.
 */
public final class JobPolicy {

    /** The nearest first. */
    private final List<FolderPolicy> policies;

    private JobPolicy(List<FolderPolicy> policies) {
        this.policies = policies;
    }

    /** What the job of the build may do. */
    @NonNull
    public static JobPolicy of(@NonNull Run<?, ?> run) {
        return of(run.getParent());
    }

    /** What a job may do, or a job in a folder. @param item null for what holds everywhere */
    @NonNull
    public static JobPolicy of(@CheckForNull Item item) {
        return new JobPolicy(PolicyChain.of(item, MlopsConfiguration.get().getPolicies()));
    }

    /**
     * The object store of that name, or the default.
     *
     * @param named null for the default: that of the nearest policy that has one, else the first that is configured
     * @throws MlopsException of kind REFUSED when a policy does not allow it, USAGE when there is none
     */
    @NonNull
    public ObjectStoreProfile objectStore(@CheckForNull String named) {
        String chosen = named == null ? nearest(FolderPolicy::getObjectStore) : named;
        return allowed(
                MlopsConfiguration.get().objectStore(chosen),
                named == null,
                "object store",
                FolderPolicy::getObjectStores);
    }

    /** As {@link #objectStore}, for MLflow servers. */
    @NonNull
    public MlflowProfile mlflowServer(@CheckForNull String named) {
        String chosen = named == null ? nearest(FolderPolicy::getMlflowServer) : named;
        return allowed(
                MlopsConfiguration.get().mlflowServer(chosen),
                named == null,
                "MLflow server",
                FolderPolicy::getMlflowServers);
    }

    /** As {@link #objectStore}, for clusters. */
    @NonNull
    public TrainingCluster cluster(@CheckForNull String named) {
        String chosen = named == null ? nearest(FolderPolicy::getCluster) : named;
        return allowed(MlopsConfiguration.get().cluster(chosen), named == null, "cluster", FolderPolicy::getClusters);
    }

    /** Those that the job may name. */
    @NonNull
    public List<ObjectStoreProfile> objectStores() {
        return allowed(MlopsConfiguration.get().getObjectStores(), FolderPolicy::getObjectStores);
    }

    /** Those that the job may name. */
    @NonNull
    public List<MlflowProfile> mlflowServers() {
        return allowed(MlopsConfiguration.get().getMlflowServers(), FolderPolicy::getMlflowServers);
    }

    /** Those that the job may name. */
    @NonNull
    public List<TrainingCluster> clusters() {
        return allowed(MlopsConfiguration.get().getClusters(), FolderPolicy::getClusters);
    }

    /** Refuses places in object stores, whole prefixes too, that do not lie in what is allowed. */
    public void checkLocation(@NonNull S3Uri place) {
        check(
                place.toString(),
                "the location",
                FolderPolicy::getLocations,
                (pattern, text) -> Patterns.contains(pattern, place));
    }

    /** Whether {@link #checkLocation} lets it pass. */
    public boolean allowsLocation(@NonNull S3Uri place) {
        return allows(
                place.toString(), FolderPolicy::getLocations, (pattern, text) -> Patterns.contains(pattern, place));
    }

    /** Whether any policy restricts locations, so that each one must be asked for. */
    public boolean restrictsLocations() {
        return policies.stream().anyMatch(policy -> !policy.getLocations().isEmpty());
    }

    /** Refuses registered models that are not allowed. */
    public void checkModel(@NonNull String name) {
        check(name, "the model", FolderPolicy::getModels, Patterns::glob);
    }

    /** Whether {@link #checkModel} lets it pass. */
    public boolean allowsModel(@NonNull String name) {
        return allows(name, FolderPolicy::getModels, Patterns::glob);
    }

    /** Refuses aliases that are not allowed. */
    public void checkAlias(@NonNull String alias) {
        check(alias, "the alias", FolderPolicy::getAliases, Patterns::glob);
    }

    /** Whether {@link #checkAlias} lets it pass. */
    public boolean allowsAlias(@NonNull String alias) {
        return allows(alias, FolderPolicy::getAliases, Patterns::glob);
    }

    /** As {@link #checkImage(ImageReference)}. @throws MlopsException of kind USAGE too, when it is no reference */
    public void checkImage(@NonNull String image) {
        checkImage(ImageReference.parse(image));
    }

    /** Refuses images that are not allowed, and those without a digest where one is required. */
    public void checkImage(@NonNull ImageReference image) {
        check(image.name(), "the image", FolderPolicy::getImages, Patterns::image);
        if (image.digest() == null) {
            requirements().source(Requirement.IMAGE_DIGEST).ifPresent(policy -> {
                throw MlopsException.refused(policy + " requires images by their digest, and '" + image
                        + "' has none: name it as " + image.name() + "@sha256:...");
            });
        }
    }

    /** Refuses Kubernetes namespaces that are not allowed. */
    public void checkNamespace(@NonNull String namespace) {
        check(namespace, "the namespace", FolderPolicy::getNamespaces, Patterns::glob);
    }

    /** Refuses queues that are not allowed. @param queue null for none, which passes only where queues are not restricted */
    public void checkQueue(@CheckForNull String queue) {
        check(Objects.requireNonNullElse(queue, ""), "the queue", FolderPolicy::getQueues, Patterns::glob);
    }

    /** Refuses priority classes that are not allowed. @param priority null for the cluster's default, which passes */
    public void checkPriority(@CheckForNull String priority) {
        if (priority != null) {
            check(priority, "the priority class", FolderPolicy::getPriorities, Patterns::glob);
        }
    }

    /** What must hold beyond the lists. */
    @NonNull
    public Requirements requirements() {
        return new Requirements(policies);
    }

    @CheckForNull
    private String nearest(Function<FolderPolicy, String> of) {
        return policies.stream().map(of).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private <P extends Profile<P>> P allowed(
            P profile, boolean isDefault, String kind, Function<FolderPolicy, List<String>> list) {
        check(profile.getName(), isDefault ? "the default " + kind : "the " + kind, list, String::equals);
        return profile;
    }

    private <P extends Profile<P>> List<P> allowed(List<P> profiles, Function<FolderPolicy, List<String>> list) {
        return profiles.stream()
                .filter(profile -> allows(profile.getName(), list, String::equals))
                .toList();
    }

    private boolean allows(
            String text, Function<FolderPolicy, List<String>> list, BiPredicate<String, String> matches) {
        return policies.stream().allMatch(policy -> allows(list.apply(policy), text, matches));
    }

    private void check(
            String text, String kind, Function<FolderPolicy, List<String>> list, BiPredicate<String, String> matches) {
        for (FolderPolicy policy : policies) {
            List<String> allowed = list.apply(policy);
            if (!allows(allowed, text, matches)) {
                throw MlopsException.refused(policy + " does not allow "
                        + (text.isEmpty() ? "to leave out " + kind : kind + " '" + text + "'") + ": it allows "
                        + allowed.stream().collect(Collectors.joining(", ")));
            }
        }
    }

    private static boolean allows(List<String> allowed, String text, BiPredicate<String, String> matches) {
        return allowed.isEmpty() || allowed.stream().anyMatch(pattern -> matches.test(pattern, text));
    }
}
