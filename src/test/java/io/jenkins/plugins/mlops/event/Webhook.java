package io.jenkins.plugins.mlops.event;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.event.EventSignature;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;

/** Sends what Bitbucket sends, as it was recorded but for what a test sets. */
public record Webhook(URI jenkins, String secret) {

    public static final String REPOSITORY = "ML/trainer";
    static final String SECRET = "a webhook secret";

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Path RECORDED = Path.of("engine/core/src/test/resources/io/jenkins/plugins/mlops/core/event")
            .toAbsolutePath();

    /** A Data Center that cannot be asked, and its secret, which is kept with the id "webhook". */
    static BitbucketProfile configure() throws IOException {
        secrets(Map.of("webhook", SECRET));
        BitbucketProfile server = new BitbucketProfile("bitbucket", "http://127.0.0.1:1");
        server.setWebhookSecretId("webhook");
        MlopsConfiguration.get().setBitbucketServers(List.of(server));
        return server;
    }

    static void secrets(Map<String, String> secrets) throws IOException {
        SystemCredentialsProvider provider = SystemCredentialsProvider.getInstance();
        provider.setDomainCredentialsMap(Map.of(
                Domain.global(),
                secrets.entrySet().stream()
                        .map(entry -> new StringCredentialsImpl(
                                CredentialsScope.SYSTEM, entry.getKey(), null, Secret.fromString(entry.getValue())))
                        .map(Credentials.class::cast)
                        .toList()));
        provider.save();
    }

    static byte[] recorded(String name) throws IOException {
        return Files.readAllBytes(RECORDED.resolve(name + ".json"));
    }

    /** A merge into {@value MergedRepository#BRANCH} of {@value #REPOSITORY}. @param commit null for a payload without one */
    static byte[] merged(long pullRequest, String commit) throws IOException {
        return merged(REPOSITORY, pullRequest, commit);
    }

    public static byte[] merged(String repository, long pullRequest, String commit) throws IOException {
        RepositoryId id = RepositoryId.parse(repository);
        ObjectNode event = (ObjectNode) Documents.json().readTree(recorded("data-center-merged"));
        event.put("date", Instant.now().toString());
        ObjectNode request = (ObjectNode) event.get("pullRequest");
        request.put("id", pullRequest);
        ((ObjectNode) request.at("/toRef/repository")).put("slug", id.slug());
        ((ObjectNode) request.at("/toRef/repository/project")).put("key", id.project());
        if (commit == null) {
            request.remove("properties");
        } else {
            ((ObjectNode) request.at("/properties/mergeCommit")).put("id", commit);
        }
        return Documents.toJson(event).getBytes(StandardCharsets.UTF_8);
    }

    /** As {@link #merged}, from Cloud. */
    static byte[] fulfilled(String repository, long pullRequest, String shortCommit) throws IOException {
        ObjectNode event = (ObjectNode) Documents.json().readTree(recorded("cloud-fulfilled"));
        ObjectNode request = (ObjectNode) event.get("pullrequest");
        request.put("id", pullRequest);
        request.put("updated_on", Instant.now().toString());
        ((ObjectNode) request.at("/merge_commit")).put("hash", shortCommit);
        ((ObjectNode) request.at("/destination/repository")).put("full_name", repository);
        ((ObjectNode) request.at("/destination/branch")).put("name", MergedRepository.BRANCH);
        return Documents.toJson(event).getBytes(StandardCharsets.UTF_8);
    }

    public int send(long pullRequest, String commit) throws IOException, InterruptedException {
        return send("pr:merged", merged(pullRequest, commit)).statusCode();
    }

    public HttpResponse<String> send(String key, byte[] body) throws IOException, InterruptedException {
        return send(key, body, EventSignature.of(body, secret));
    }

    /** @param signature null for none */
    HttpResponse<String> send(String key, byte[] body, String signature) throws IOException, InterruptedException {
        return send(key, body, signature, UUID.randomUUID().toString());
    }

    HttpResponse<String> send(String key, byte[] body, String signature, String delivery)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(jenkins.resolve("mlops-events/bitbucket"))
                .header("Content-Type", "application/json; charset=utf-8")
                .header("X-Event-Key", key)
                .header("X-Request-Id", delivery)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (signature != null) {
            request.header(EventSignature.HEADER, signature);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
