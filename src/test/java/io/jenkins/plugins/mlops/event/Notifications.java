package io.jenkins.plugins.mlops.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Sends what MinIO sends, as it was recorded but for what a test sets. */
public record Notifications(URI jenkins) {

    public static final String TOKEN = "a token for events";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** As MinIO writes it, of this moment. */
    public static byte[] written(S3Uri object) throws IOException {
        return written(object, Instant.now());
    }

    static byte[] written(S3Uri object, Instant time) throws IOException {
        ObjectNode event = (ObjectNode) Documents.json().readTree(Webhook.recorded("minio-put"));
        event.put("Key", object.bucket() + "/" + object.key());
        ObjectNode entry = (ObjectNode) event.at("/Records/0");
        entry.put("eventTime", time.toString());
        ((ObjectNode) entry.at("/s3/bucket")).put("name", object.bucket());
        ((ObjectNode) entry.at("/s3/object")).put("key", URLEncoder.encode(object.key(), StandardCharsets.UTF_8));
        return Documents.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(event);
    }

    public int send(S3Uri written) throws IOException, InterruptedException {
        return send(written(written), "Bearer " + TOKEN).statusCode();
    }

    /** @param authorization null for none */
    public HttpResponse<String> send(byte[] body, String authorization) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(jenkins.resolve("mlops-events/storage"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
