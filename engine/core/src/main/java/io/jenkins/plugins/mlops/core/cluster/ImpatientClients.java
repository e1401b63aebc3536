package io.jenkins.plugins.mlops.core.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.util.function.Supplier;

/**
 * Somebody else's clients, without the retries that they make inside of a call: whoever calls decides about another try, and a state
 * machine must not be kept waiting. They use the connections of those that they are made of, and live as long.
 */
final class ImpatientClients implements Supplier<KubernetesClient> {

    static final int NO_RETRY = 0;

    private final Supplier<KubernetesClient> clients;
    private KubernetesClient source;
    private KubernetesClient impatient;

    ImpatientClients(Supplier<KubernetesClient> clients) {
        this.clients = clients;
    }

    @Override
    public KubernetesClient get() {
        KubernetesClient client = clients.get();
        synchronized (this) {
            if (client != source) {
                RequestConfig config = client.getConfiguration().getRequestConfig();
                RequestConfig changed = new RequestConfigBuilder(config)
                        .withRequestRetryBackoffLimit(NO_RETRY)
                        .withWatchReconnectLimit(NO_RETRY)
                        .build();
                impatient = client.newClient(changed).adapt(KubernetesClient.class);
                source = client;
            }
            return impatient;
        }
    }
}
