package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.event.PublishedEvent;

/** The published version of a dataset that a build is about. Its name comes from whoever published it, and is shown escaped only. */
public class VersionAction extends EventAction {

    private final String store;
    private final String name;
    private final String version;
    private final String manifest;

    VersionAction(String id, String store, PublishedEvent event) {
        super(id);
        this.store = store;
        this.name = event.name();
        this.version = event.content().toString();
        this.manifest = event.manifest().toString();
    }

    /** Name of the object store in Jenkins' configuration. */
    @NonNull
    public String getStore() {
        return store;
    }

    /** Of the dataset. */
    @NonNull
    public String getName() {
        return name;
    }

    /** The content id, {@code sha256:...}. */
    @NonNull
    public String getVersion() {
        return version;
    }

    /** The address by which steps take exactly this version. */
    @NonNull
    public String getManifest() {
        return manifest;
    }

    @NonNull
    @Override
    EventInbox<?, ?> inbox() {
        return VersionInbox.get();
    }

    @Override
    boolean isSame(EventAction other) {
        return other instanceof VersionAction version
                && version.store.equals(store)
                && version.manifest.equals(manifest);
    }
}
