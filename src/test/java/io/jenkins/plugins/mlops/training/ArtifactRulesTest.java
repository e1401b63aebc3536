package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.signing.TestRequests;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArtifactRulesTest {

    private static final String ROOT = "s3://mlflow/1/run/artifacts";
    private static final Map<String, String> NONE = Map.of();
    private static final Map<String, String> BOUND = Map.of("x-amz-checksum-sha256", "x");

    private final ArtifactRules reading = new ArtifactRules(S3Uri.parse(ROOT), false);
    private final ArtifactRules writing = new ArtifactRules(S3Uri.parse(ROOT), true);

    @Test
    void artifactsOfTheRunAreListedReadAndAdded() {
        for (ArtifactRules rules : new ArtifactRules[] {reading, writing}) {
            assertAllowed(rules, "GET", ROOT + "/model/weights", NONE, NONE);
            assertAllowed(rules, "GET", "s3://mlflow", list("1/run/artifacts/model"), NONE);
            assertAllowed(rules, "GET", "s3://mlflow", list("1/run/artifacts/"), NONE);
        }
        assertAllowed(writing, "PUT", ROOT + "/model/weights", NONE, BOUND);
        assertAllowed(writing, "PUT", ROOT + "/model/weights", Map.of("uploadId", "u", "partNumber", "1"), NONE);
    }

    @Test
    void nothingElseIs() {
        assertRefused(reading, "PUT", ROOT + "/model/weights", NONE, BOUND);
        assertRefused(writing, "DELETE", ROOT + "/model/weights", NONE, NONE);
        assertRefused(writing, "PUT", ROOT + "/model/weights", NONE, Map.of("x-amz-copy-source", "/other/key"));
        for (ArtifactRules rules : new ArtifactRules[] {reading, writing}) {
            assertRefused(rules, "GET", "s3://mlflow/1/run/artifacts2/model", NONE, NONE);
            assertRefused(rules, "GET", "s3://mlflow/1/other/artifacts/model", NONE, NONE);
            assertRefused(rules, "GET", "s3://secret/1/run/artifacts/model", NONE, NONE);
            assertRefused(rules, "GET", ROOT + "/model/weights", Map.of("acl", ""), NONE);
            assertRefused(rules, "GET", "s3://mlflow", list(""), NONE);
            assertRefused(rules, "GET", "s3://mlflow", list("1/run/artifacts"), NONE);
            assertRefused(rules, "GET", "s3://mlflow", list("1/"), NONE);
            assertRefused(rules, "GET", "s3://mlflow", Map.of("policy", ""), NONE);
        }
    }

    @Test
    void aWholeBucketIsNoPlaceOfARun() {
        ArtifactRules bucket = new ArtifactRules(S3Uri.parse("s3://mlflow"), true);
        assertRefused(bucket, "GET", "s3://mlflow/any", NONE, NONE);
        assertRefused(bucket, "GET", "s3://mlflow", list(""), NONE);
    }

    private static Map<String, String> list(String prefix) {
        return Map.of("list-type", "2", "prefix", prefix, "encoding-type", "url", "max-keys", "1000");
    }

    private static void assertAllowed(
            ArtifactRules rules, String method, String at, Map<String, String> query, Map<String, String> headers) {
        assertThat(rules.allowed(TestRequests.request(method, at, query, headers))
                        .method())
                .isEqualTo(method);
    }

    private static void assertRefused(
            ArtifactRules rules, String method, String at, Map<String, String> query, Map<String, String> headers) {
        assertThatThrownBy(() -> rules.allowed(TestRequests.request(method, at, query, headers)))
                .as("%s %s %s", method, at, query)
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED));
    }
}
