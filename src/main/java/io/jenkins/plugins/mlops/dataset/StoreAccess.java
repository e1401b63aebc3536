package io.jenkins.plugins.mlops.dataset;

import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.net.URI;
import org.jenkinsci.remoting.SerializableOnlyOverRemoting;

/** The way to an object store, for the time of one call to an agent. It holds credentials, so it refuses to be persisted. */
final class StoreAccess implements SerializableOnlyOverRemoting {

    private static final long serialVersionUID = 1L;

    private final URI endpoint;
    private final String region;
    private final String accessKeyId;
    private final String secretAccessKey;
    private final String sessionToken;

    StoreAccess(ObjectStoreSettings settings) {
        ObjectStoreSettings.Credentials credentials = settings.credentials();
        this.endpoint = settings.endpoint();
        this.region = settings.region();
        this.accessKeyId = credentials == null ? null : credentials.accessKeyId();
        this.secretAccessKey = credentials == null ? null : credentials.secretAccessKey();
        this.sessionToken = credentials == null ? null : credentials.sessionToken();
    }

    /** Connects from this JVM. */
    ObjectStore connect() {
        return ObjectStore.connect(new ObjectStoreSettings(
                endpoint,
                region,
                accessKeyId == null
                        ? null
                        : new ObjectStoreSettings.Credentials(accessKeyId, secretAccessKey, sessionToken)));
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        getChannelForSerialization();
        out.defaultWriteObject();
    }
}
