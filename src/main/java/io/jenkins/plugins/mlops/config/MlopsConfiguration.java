package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import jenkins.model.GlobalConfiguration;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * The servers that an administrator lets the steps use, by name. The first of each kind is the default. Thread-safe: lists are
 * replaced, never changed.
 */
@Extension
@Symbol("mlops")
public class MlopsConfiguration extends GlobalConfiguration {

    private volatile List<ObjectStoreProfile> objectStores = List.of();
    private volatile List<MlflowProfile> mlflowServers = List.of();

    public MlopsConfiguration() {
        load();
    }

    @NonNull
    public static MlopsConfiguration get() {
        return ExtensionList.lookupSingleton(MlopsConfiguration.class);
    }

    public List<ObjectStoreProfile> getObjectStores() {
        return objectStores;
    }

    @DataBoundSetter
    public void setObjectStores(List<ObjectStoreProfile> objectStores) {
        this.objectStores = List.copyOf(objectStores);
        save();
    }

    public List<MlflowProfile> getMlflowServers() {
        return mlflowServers;
    }

    @DataBoundSetter
    public void setMlflowServers(List<MlflowProfile> mlflowServers) {
        this.mlflowServers = List.copyOf(mlflowServers);
        save();
    }

    /**
     * The profile of that name, or the first when none is named.
     *
     * @throws MlopsException of kind USAGE when there is none
     */
    @NonNull
    public ObjectStoreProfile objectStore(@CheckForNull String name) {
        return find(objectStores, ObjectStoreProfile::getName, name, "object store");
    }

    /** As {@link #objectStore}, for MLflow servers. */
    @NonNull
    public MlflowProfile mlflowServer(@CheckForNull String name) {
        return find(mlflowServers, MlflowProfile::getName, name, "MLflow server");
    }

    private static <T> T find(List<T> profiles, Function<T, String> nameOf, String name, String kind) {
        if (profiles.isEmpty()) {
            throw MlopsException.usage("No " + kind + " is configured: an administrator adds one under Manage Jenkins,"
                    + " System, MLOps Pipeline");
        }
        if (name == null) {
            return profiles.get(0);
        }
        return profiles.stream()
                .filter(profile -> nameOf.apply(profile).equals(name))
                .findFirst()
                .orElseThrow(() -> MlopsException.usage("There is no " + kind + " profile '" + name + "': "
                        + profiles.stream().map(nameOf).collect(Collectors.joining(", ")) + " are configured"));
    }
}
