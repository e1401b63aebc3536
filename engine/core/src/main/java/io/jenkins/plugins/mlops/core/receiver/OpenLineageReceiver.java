package io.jenkins.plugins.mlops.core.receiver;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.Provenance;
import io.jenkins.plugins.mlops.core.lineage.RecordReceiver;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Posts the trainings among the records as OpenLineage run events, START and COMPLETE; of other records it takes no notice. The same
 * record makes the same events, with the same run id. Thread-safe.
 */
public final class OpenLineageReceiver implements RecordReceiver {

    private static final String ENDPOINT = "/api/v1/lineage";
    private static final String JSON = "application/json";

    private final HttpPost post;
    private final String apiKey;
    private final String namespace;

    /**
     * @param address with a path it is where events go, without one {@code /api/v1/lineage} is added
     * @param apiKey a bearer token, null or "" for none
     * @param namespace of the jobs
     */
    public OpenLineageReceiver(ServerAddress address, String apiKey, String namespace) {
        this(new HttpPost("The OpenLineage server", events(address)), apiKey, namespace);
    }

    OpenLineageReceiver(HttpPost post, String apiKey, String namespace) {
        this.post = post;
        this.apiKey = apiKey == null ? "" : apiKey;
        this.namespace = namespace;
    }

    private static ServerAddress events(ServerAddress address) {
        return address.uri().getRawPath().isEmpty()
                ? ServerAddress.parse("The OpenLineage server", address + ENDPOINT)
                : address;
    }

    @Override
    public String name() {
        return "openlineage";
    }

    @Override
    public void receive(Digest record, byte[] bytes, Statement statement) {
        Predicate.of(statement)
                .filter(Provenance.class::isInstance)
                .map(Provenance.class::cast)
                .ifPresent(provenance -> send(new RunEvents(namespace, record, statement, provenance)));
    }

    private void send(RunEvents events) {
        Map<String, String> headers = apiKey.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + apiKey);
        for (JsonNode event : events.all()) {
            post.send(Documents.toJson(event).getBytes(StandardCharsets.UTF_8), JSON, headers);
        }
    }

    @Override
    public void close() {
        post.close();
    }
}
