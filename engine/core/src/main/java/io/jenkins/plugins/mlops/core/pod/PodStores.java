package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The object stores that a plan names, connected when they are asked for. Not thread-safe. */
public final class PodStores implements AutoCloseable {

    private final PodPlan plan;
    private final Function<PodPlan.Store, ObjectStore> connect;
    private final Map<PodPlan.Store, ObjectStore> connected = new HashMap<>();

    PodStores(PodPlan plan, Function<PodPlan.Store, ObjectStore> connect) {
        this.plan = plan;
        this.connect = connect;
    }

    /** @param variables of this pod, by name; null for one that is not set */
    public static PodStores of(PodPlan plan, Function<String, String> variables) {
        return new PodStores(
                plan,
                store -> ObjectStore.connect(new ObjectStoreSettings(
                        store.endpoint(), store.region(), credentials(store.keys(), variables))));
    }

    private static ObjectStoreSettings.Credentials credentials(String keys, Function<String, String> variables) {
        String id = variables.apply(keys + "_ACCESS_KEY_ID");
        String secret = variables.apply(keys + "_SECRET_ACCESS_KEY");
        return id == null || secret == null
                ? null
                : new ObjectStoreSettings.Credentials(id, secret, variables.apply(keys + "_SESSION_TOKEN"));
    }

    /** The variables that {@link #of(PodPlan, Function)} reads a store's keys from. @param credentials null for none */
    public static Map<String, String> variables(String keys, ObjectStoreSettings.Credentials credentials) {
        Map<String, String> variables = new HashMap<>();
        if (credentials != null) {
            variables.put(keys + "_ACCESS_KEY_ID", credentials.accessKeyId());
            variables.put(keys + "_SECRET_ACCESS_KEY", credentials.secretAccessKey());
            if (credentials.sessionToken() != null) {
                variables.put(keys + "_SESSION_TOKEN", credentials.sessionToken());
            }
        }
        return variables;
    }

    /** The plan's own. */
    public ObjectStore own() {
        return of(plan.store());
    }

    ObjectStore of(PodPlan.Supply supply) {
        return of(supply.store() == null ? plan.store() : supply.store());
    }

    private ObjectStore of(PodPlan.Store store) {
        return connected.computeIfAbsent(store, connect);
    }

    @Override
    public void close() {
        connected.values().forEach(ObjectStore::close);
        connected.clear();
    }
}
