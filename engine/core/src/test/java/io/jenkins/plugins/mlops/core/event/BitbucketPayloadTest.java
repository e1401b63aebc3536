package io.jenkins.plugins.mlops.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What both products send, as it was recorded with other names. */
class BitbucketPayloadTest {

    private static final String MERGED = "pr:merged";
    private static final String FULFILLED = "pullrequest:fulfilled";

    @Test
    void aMergeOfDataCenterIsReadWhole() throws IOException {
        MergeEvent merge =
                BitbucketPayload.read(MERGED, recorded("data-center-merged")).orElseThrow();
        assertThat(merge)
                .isEqualTo(new MergeEvent(
                        BitbucketKind.DATA_CENTER,
                        new RepositoryId("ML", "trainer"),
                        5,
                        "Augment the night recordings",
                        "feature/augment",
                        "32a0b8a740c2963c6f56bd8baf3dc05683d299e0",
                        "master",
                        "cbf26be7bfc8394906abbd571498fb8d28888b58",
                        "Ann Archer",
                        List.of("Bob Baker"),
                        "https://bitbucket.example.org/projects/ML/repos/trainer/pull-requests/5",
                        List.of(
                                "ssh://git@bitbucket.example.org:7999/ml/trainer.git",
                                "https://bitbucket.example.org/scm/ml/trainer.git"),
                        "2019-03-01T09:37:14Z"));
        assertThat(merge.isExact()).isTrue();
    }

    @Test
    void aMergeOfCloudIsReadWithTheShortHashThatItHas() throws IOException {
        MergeEvent merge =
                BitbucketPayload.read(FULFILLED, recorded("cloud-fulfilled")).orElseThrow();
        assertThat(merge.repository()).hasToString("example/trainer");
        assertThat(merge.mergeCommit()).isEqualTo("1986c2284946");
        assertThat(merge.isExact()).isFalse();
        assertThat(merge.targetBranch()).isEqualTo("main");
        assertThat(merge.author()).isEqualTo("Ann Archer");
        assertThat(merge.reviewers()).containsExactly("Bob Baker");
        assertThat(merge.link()).isEqualTo("https://bitbucket.org/example/trainer/pull-requests/2");
        assertThat(merge.remotes())
                .containsExactly("https://bitbucket.org/example/trainer", "git@bitbucket.org:example/trainer");
    }

    @Test
    void aMergeIsTheSameBeforeAndAfterItsCommitIsKnownInFullAndNoOtherIs() throws IOException {
        MergeEvent merge =
                BitbucketPayload.read(FULFILLED, recorded("cloud-fulfilled")).orElseThrow();
        MergeEvent full = merge.with(merge.sourceCommit(), "1986c2284946" + "0".repeat(28));
        assertThat(full.identity("cloud")).isEqualTo(merge.identity("cloud"));
        assertThat(full.identity("other")).isNotEqualTo(merge.identity("cloud"));
        assertThat(merge.with(merge.sourceCommit(), "1986c2284947").identity("cloud"))
                .isNotEqualTo(merge.identity("cloud"));
    }

    @Test
    void aMergeWithoutItsCommitIsAMergeAllTheSame() throws IOException {
        for (Consumer<ObjectNode> change : List.<Consumer<ObjectNode>>of(
                request -> request.remove("properties"),
                request -> request.putNull("properties"),
                request -> ((ObjectNode) request.get("properties")).remove("mergeCommit"),
                request -> ((ObjectNode) request.at("/properties/mergeCommit")).put("id", ""))) {
            MergeEvent merge = BitbucketPayload.read(MERGED, changed(change)).orElseThrow();
            assertThat(merge.mergeCommit()).isEmpty();
            assertThat(merge.isExact()).isFalse();
        }
    }

    @Test
    void aPushIsKnownAndNoMerge() throws IOException {
        assertThat(BitbucketPayload.read("repo:refs_changed", recorded("data-center-refs-changed")))
                .isEmpty();
        assertThat(BitbucketPayload.read("repo:push", "{}".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void whatAMergeCannotBeBuiltWithoutIsToldByItsKey() throws IOException {
        assertRefused(request -> request.put("state", "DECLINED"), "pullRequest.state is not MERGED");
        assertRefused(request -> request.put("id", 0), "pullRequest.id is no number");
        assertRefused(request -> request.put("id", "5"), "pullRequest.id is no number");
        assertRefused(request -> request.put("id", 1e300), "pullRequest.id is no number");
        assertRefused(request -> request.remove("toRef"), "project.key is missing");
        assertRefused(request -> ((ObjectNode) request.get("toRef")).put("id", "refs/heads/"), "toRef.id is no branch");
        assertRefused(request -> ((ObjectNode) request.get("toRef")).put("id", "a\nb"), "toRef.id is no branch");
        assertRefused(
                request -> ((ObjectNode) request.at("/toRef/repository")).put("slug", "../../other"),
                "no name of a Bitbucket repository");
        assertRefused(
                request -> ((ObjectNode) request.at("/properties/mergeCommit")).put("id", "HEAD"),
                "mergeCommit.id is no hash");
        assertRefused(
                request -> ((ObjectNode) request.at("/properties/mergeCommit")).put("id", "--upload-pack=x"),
                "mergeCommit.id is no hash");
    }

    @Test
    void whatIsNoEventIsRefused() {
        for (String body :
                List.of("", "[]", "1", "null", "{", "{}{}", "{\"a\":1,\"a\":2}", "[".repeat(5000), "\"\ud800\"")) {
            assertThatThrownBy(() -> BitbucketPayload.read(MERGED, body.getBytes(StandardCharsets.UTF_8)))
                    .as(body)
                    .isInstanceOf(MlopsException.class);
        }
        assertThatThrownBy(() -> BitbucketPayload.read(MERGED, new byte[] {'{', '"', (byte) 0xff, '"', '}'}))
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> BitbucketPayload.read("pr:opened", "{}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("Pull request merged");
    }

    @Test
    void onlyLinksThatABrowserOpensAndNoSecretsOfRemotesAreKept() throws IOException {
        MergeEvent merge = BitbucketPayload.read(MERGED, changed(request -> {
                    ((ObjectNode) request.at("/links/self/0")).put("href", "javascript:alert(1)");
                    ((ObjectNode) request.at("/toRef/repository/links/clone/0"))
                            .put("href", "https://ann:t0ken@example.org/a.git");
                    request.put("title", "a\u0000\u001b[31m\nb" + "x".repeat(10_000));
                }))
                .orElseThrow();
        assertThat(merge.link()).isEmpty();
        assertThat(merge.remotes().get(0)).isEqualTo("https://example.org/a.git");
        assertThat(merge.title()).startsWith("a [31m b").hasSizeLessThan(600);
    }

    /** Whatever it becomes, it is read or refused in a sentence. */
    @Test
    void anyMutationIsReadOrRefused() throws IOException {
        Random random = new Random(7);
        byte[][] bodies = {recorded("data-center-merged"), recorded("cloud-fulfilled")};
        String[] keys = {MERGED, FULFILLED};
        int read = 0;
        for (int n = 0; n < 20_000; n++) {
            try {
                BitbucketPayload.read(keys[n % 2], Mutation.of(bodies[n % 2], random));
                read++;
            } catch (MlopsException e) {
                assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE);
            }
        }
        assertThat(read).isBetween(1000, 19_000);
    }

    @Test
    void aSignatureIsThatOfTheSecretOverExactlyTheBody() {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        String signature = EventSignature.of(body, "It's a Secret to Everybody");
        assertThat(signature).matches("sha256=[0-9a-f]{64}");
        assertThat(EventSignature.matches(body, signature, "It's a Secret to Everybody"))
                .isTrue();
        // RFC 4231, test case 2
        assertThat(EventSignature.of("what do ya want for nothing?".getBytes(StandardCharsets.UTF_8), "Jefe"))
                .isEqualTo("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        for (String wrong : new String[] {
            null,
            "",
            "sha256=",
            signature + "0",
            signature.substring(7),
            signature.toUpperCase(),
            "sha1=" + "0".repeat(40)
        }) {
            assertThat(EventSignature.matches(body, wrong, "It's a Secret to Everybody"))
                    .as(wrong)
                    .isFalse();
        }
        assertThat(EventSignature.matches(body, signature, "another")).isFalse();
        assertThat(EventSignature.matches(
                        "{ }".getBytes(StandardCharsets.UTF_8), signature, "It's a Secret to Everybody"))
                .isFalse();
    }

    private static void assertRefused(Consumer<ObjectNode> change, String reason) throws IOException {
        byte[] body = changed(change);
        assertThatThrownBy(() -> BitbucketPayload.read(MERGED, body))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining(reason);
    }

    private static byte[] changed(Consumer<ObjectNode> change) throws IOException {
        ObjectNode event = (ObjectNode) Documents.json().readTree(recorded("data-center-merged"));
        change.accept((ObjectNode) event.get("pullRequest"));
        return Documents.json().writeValueAsBytes(event);
    }

    private static byte[] recorded(String name) throws IOException {
        try (InputStream in = BitbucketPayloadTest.class.getResourceAsStream(name + ".json")) {
            return in.readAllBytes();
        }
    }
}
