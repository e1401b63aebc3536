package io.jenkins.plugins.mlops.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.fasterxml.jackson.databind.node.ObjectNode;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.event.Webhook;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;

/** The Bitbucket of a {@link Site}: people merge there, and are told of the builds. */
final class Bitbucket implements AutoCloseable {

    static final String REPOSITORY = BitbucketStandIn.PROJECT + "/" + BitbucketStandIn.SLUG;

    /** What would be seen to have run, if a page took it for more than text. */
    static final String MARKUP =
            "<img src=x onerror=document.body.dataset.ran=1>\"&<script>document.body.dataset.ran=2</script>";

    private static final String SECRET = "a webhook secret";

    private final BitbucketStandIn server;

    Bitbucket() throws IOException {
        server = new BitbucketStandIn(BitbucketKind.DATA_CENTER);
    }

    String address() {
        return server.address().toString();
    }

    /** Within the controller's process. */
    static void configure(String address) throws IOException {
        SystemCredentialsProvider provider = SystemCredentialsProvider.getInstance();
        Map.of("bitbucket-token", BitbucketStandIn.TOKEN, "bitbucket-webhook", SECRET)
                .forEach((id, secret) -> provider.getCredentials()
                        .add(new StringCredentialsImpl(CredentialsScope.SYSTEM, id, null, Secret.fromString(secret))));
        provider.save();
        BitbucketProfile profile = new BitbucketProfile("bitbucket", address);
        profile.setCredentialsId("bitbucket-token");
        profile.setWebhookSecretId("bitbucket-webhook");
        MlopsConfiguration.get().setBitbucketServers(List.of(profile));
    }

    /** Merges a pull request, and tells the controller. */
    void merge(URI controller, long pull, String commit) throws Exception {
        ObjectNode event = event(pull, commit);
        server.addCommit(event.at("/pullRequest/fromRef/latestCommit").asText());
        merged(pull, commit);
        send(controller, event);
    }

    /** The same, whose author likes markup; the commit of the source may not be reported on. */
    void mergeMarkup(URI controller, long pull, String commit) throws Exception {
        ObjectNode event = event(pull, commit);
        ObjectNode request = (ObjectNode) event.get("pullRequest");
        request.put("title", MARKUP);
        ((ObjectNode) request.at("/fromRef")).put("id", "refs/heads/" + MARKUP).put("latestCommit", "dead".repeat(10));
        ((ObjectNode) request.at("/author/user")).put("displayName", MARKUP);
        ((ObjectNode) request.at("/reviewers/0/user")).put("displayName", MARKUP);
        server.refuse(1, "PUT .*/commits/dead.*/reports/", 403, Map.of());
        merged(pull, commit);
        send(controller, event);
    }

    /** The same, into another branch. */
    void mergeElsewhere(URI controller, long pull, String commit) throws Exception {
        ObjectNode event = event(pull, commit);
        ((ObjectNode) event.at("/pullRequest/toRef")).put("id", "refs/heads/release/2026.11");
        send(controller, event);
    }

    private void merged(long pull, String commit) {
        server.addCommit(commit, "training/train.py");
        server.addMergedPull(pull, "a1".repeat(20), commit, "training/train.py");
    }

    private static ObjectNode event(long pull, String commit) throws IOException {
        return (ObjectNode) Documents.json().readTree(Webhook.merged(REPOSITORY, pull, commit));
    }

    private static void send(URI controller, ObjectNode event) throws Exception {
        byte[] body = Documents.toJson(event).getBytes(StandardCharsets.UTF_8);
        assertThat(new Webhook(controller, SECRET).send("pr:merged", body).statusCode())
                .isEqualTo(202);
    }

    @Override
    public void close() {
        server.close();
    }
}
