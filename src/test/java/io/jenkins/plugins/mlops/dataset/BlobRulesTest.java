package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.signing.SigningRequest;
import io.jenkins.plugins.mlops.signing.TestRequests;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlobRulesTest {

    private static final String HEX = Digest.of("bytes").hex();
    private static final String BLOB = "s3://data/team.x/blobs/sha256/" + HEX.substring(0, 2) + "/" + HEX;
    private static final Map<String, String> NONE = Map.of();

    private final BlobRules rules = new BlobRules(S3Uri.parse("s3://data/team.x"));

    @Test
    void aPublicationSendsItsFiles() {
        Map<String, String> bound = Map.of("x-amz-checksum-sha256", checksum("bytes"));
        assertAllowed("HEAD", BLOB, NONE, NONE);
        assertAllowed("PUT", BLOB, NONE, bound);
        assertAllowed("POST", BLOB, Map.of("uploads", ""), NONE);
        assertAllowed("PUT", BLOB, Map.of("uploadId", "u", "partNumber", "10000"), NONE);
        assertAllowed("POST", BLOB, Map.of("uploadId", "u"), NONE);
        assertAllowed("DELETE", BLOB, Map.of("uploadId", "u"), NONE);
    }

    @Test
    void andNothingElse() {
        Map<String, String> bound = Map.of("x-amz-checksum-sha256", checksum("bytes"));
        assertRefused("GET", BLOB, NONE, NONE);
        assertRefused("DELETE", BLOB, NONE, NONE);
        assertRefused("DELETE", BLOB, Map.of("uploadId", ""), NONE);
        assertRefused("DELETE", BLOB, Map.of("versionId", "v"), NONE);
        assertRefused("PUT", BLOB, NONE, NONE);
        assertRefused("PUT", BLOB, NONE, Map.of("x-amz-checksum-sha256", checksum("other bytes")));
        assertRefused("PUT", BLOB, Map.of("acl", ""), bound);
        assertRefused("PUT", BLOB, NONE, Map.of("x-amz-copy-source", "/secret/key"));
        assertRefused("PUT", BLOB, Map.of("uploadId", "u", "partNumber", "1"), Map.of("x-amz-copy-source", "/s/k"));
        assertRefused("PUT", "s3://data/team.x/digits/manifests/" + HEX + ".json", NONE, bound);
        assertRefused("PUT", BLOB.replace("team.x", "teamyx"), NONE, bound);
        assertRefused("PUT", BLOB.replace("s3://data", "s3://other"), NONE, bound);
        assertRefused("PUT", BLOB + "/../../x", NONE, bound);
        assertRefused("PUT", BLOB.replace("sha256/" + HEX.substring(0, 2), "sha256/zz"), NONE, bound);
        assertRefused("GET", "s3://data", Map.of("list-type", "2", "prefix", "team.x/"), NONE);
        assertRefused(TestRequests.number(0));
    }

    private void assertAllowed(String method, String at, Map<String, String> query, Map<String, String> headers) {
        assertThat(rules.allowed(TestRequests.request(method, at, query, headers))
                        .method())
                .isEqualTo(method);
    }

    private void assertRefused(String method, String at, Map<String, String> query, Map<String, String> headers) {
        assertRefused(TestRequests.request(method, at, query, headers));
    }

    private void assertRefused(SigningRequest request) {
        assertThatThrownBy(() -> rules.allowed(request))
                .as(request.toString())
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED))
                .hasMessageContaining("does nothing else");
    }

    private static String checksum(String text) {
        return Base64.getEncoder()
                .encodeToString(HexFormat.of().parseHex(Digest.of(text).hex()));
    }
}
