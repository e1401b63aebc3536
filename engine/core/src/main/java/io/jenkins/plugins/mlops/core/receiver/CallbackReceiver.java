package io.jenkins.plugins.mlops.core.receiver;

import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.event.EventSignature;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.RecordReceiver;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Posts every record to a URL: the record's own bytes as a CloudEvent 1.0 in binary mode, with the record's digest as the event's id and
 * as {@code Idempotency-Key}, and, where there is a secret, the HMAC-SHA256 of the body in {@code X-Hub-Signature-256}, as GitHub writes
 * it. Thread-safe.
 */
public final class CallbackReceiver implements RecordReceiver {

    static final String TYPE = "io.jenkins.plugins.mlops.record.v1";
    static final String SOURCE = "https://plugins.jenkins.io/mlops-pipeline/";

    private static final String IN_TOTO = "application/vnd.in-toto+json";

    private final HttpPost post;
    private final String secret;

    /** @param secret null or "" for no signature */
    public CallbackReceiver(ServerAddress address, String secret) {
        this(new HttpPost("The callback", address), secret);
    }

    CallbackReceiver(HttpPost post, String secret) {
        this.post = post;
        this.secret = secret == null || secret.isEmpty() ? null : secret;
    }

    @Override
    public String name() {
        return "callback";
    }

    @Override
    public void receive(Digest record, byte[] bytes, Statement statement) {
        Map<String, String> headers = new TreeMap<>();
        headers.put("ce-specversion", "1.0");
        headers.put("ce-type", TYPE);
        headers.put("ce-source", SOURCE);
        headers.put("ce-id", record.toString());
        headers.put("Idempotency-Key", record.toString());
        statement.model().ifPresent(model -> headers.put("ce-subject", model.toString()));
        Predicate.of(statement)
                .map(Predicate::time)
                .filter(time -> !time.equals(Instant.EPOCH))
                .ifPresent(time -> headers.put("ce-time", time.toString()));
        if (secret != null) {
            headers.put("X-Hub-Signature-256", EventSignature.of(bytes, secret));
        }
        post.send(bytes, IN_TOTO, headers);
    }

    @Override
    public void close() {
        post.close();
    }
}
