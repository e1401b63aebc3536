package io.jenkins.plugins.mlops.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What MinIO sends, as it was recorded with other names, and what others may. */
class StoragePayloadTest {

    private static final String HEX = "ab".repeat(32);

    private static byte[] recorded(String name) throws IOException {
        try (InputStream in = StoragePayloadTest.class.getResourceAsStream(name + ".json")) {
            return in.readAllBytes();
        }
    }

    private static byte[] changed(Consumer<ObjectNode> change) throws IOException {
        ObjectNode event = (ObjectNode) Documents.json().readTree(recorded("minio-put"));
        change.accept(event);
        return Documents.toJson(event).getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode entry(ObjectNode event) {
        return (ObjectNode) event.at("/Records/0");
    }

    /** As a sender without {@code Key} has it. */
    private static byte[] withKey(String key) throws IOException {
        return changed(event -> {
            event.remove("Key");
            ((ObjectNode) entry(event).at("/s3/object")).put("key", key);
        });
    }

    @Test
    void anObjectThatWasWrittenIsReadWithItsPlaceAndTime() throws IOException {
        assertThat(StoragePayload.read(recorded("minio-put")))
                .containsExactly(new WrittenObject(
                        S3Uri.parse("s3://lab-data/vision/digits/manifests/" + HEX + ".json"),
                        Instant.parse("2026-11-28T18:00:45.638Z")));
        assertThat(StoragePayload.read(recorded("minio-put-unicode")))
                .extracting(written -> written.object().key())
                .containsExactly("räume & 100%+mehr/日本 語/digits/manifests/" + HEX + ".json");
    }

    @Test
    void keysAreReadAsFormsAreEncodedAndOthersAsTheyAre() throws IOException {
        for (String key : List.of(
                "a b",
                "a+b",
                "100%",
                "%41",
                "ä/日本",
                "\uD83D\uDE00",
                "a\nb",
                "'\"<>&;=?#",
                "~-_.*",
                "%zz",
                "a%2",
                "\u202e")) {
            String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8);
            assertThat(StoragePayload.read(withKey(encoded)))
                    .as(encoded)
                    .extracting(written -> written.object().key())
                    .containsExactly(key);
            byte[] raw = changed(event -> {
                event.put("Key", "lab-data/" + key);
                ((ObjectNode) entry(event).at("/s3/object")).put("key", key);
            });
            assertThat(StoragePayload.read(raw))
                    .as("both raw: " + key)
                    .extracting(written -> written.object().key())
                    .containsExactly(key);
        }
        for (String raw : List.of("a b", "ä/日本", "100%", "%zz")) {
            assertThat(StoragePayload.read(withKey(raw)))
                    .as("raw alone: " + raw)
                    .extracting(written -> written.object().key())
                    .containsExactly(raw);
        }
    }

    @Test
    void amazonsFormIsReadWithAllItsRecords() throws IOException {
        byte[] body = changed(event -> {
            event.remove(List.of("EventName", "Key"));
            entry(event).put("eventSource", "aws:s3").put("eventName", "ObjectCreated:CompleteMultipartUpload");
            ArrayNode records = (ArrayNode) event.get("Records");
            ObjectNode second = entry(event).deepCopy();
            ((ObjectNode) second.at("/s3/object")).put("key", "red+flower.jpg");
            records.add(second);
            records.add(entry(event).deepCopy().put("eventName", "ObjectRemoved:Delete"));
        });
        assertThat(StoragePayload.read(body))
                .extracting(written -> written.object().key())
                .containsExactly("vision/digits/manifests/" + HEX + ".json", "red flower.jpg");
        assertThat(StoragePayload.read(
                        "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"b\"}".getBytes()))
                .isEmpty();
    }

    @Test
    void whatWritesNoBytesAndWhatHasNoAddressIsNoWrittenObject() throws IOException {
        assertThat(StoragePayload.read(recorded("minio-put-tagging"))).isEmpty();
        for (String name :
                List.of("s3:ObjectRemoved:Delete", "s3:ObjectCreated:PutRetention", "s3:ObjectAccessed:Get")) {
            assertThat(StoragePayload.read(changed(event -> entry(event).put("eventName", name))))
                    .as(name)
                    .isEmpty();
        }
        assertThat(StoragePayload.read(changed(event -> {
                    event.remove("Key");
                    ((ObjectNode) entry(event).at("/s3/bucket")).put("name", "Old_Bucket");
                })))
                .isEmpty();
    }

    @Test
    void whatIsNoNotificationIsRefusedWithTheReason() throws IOException {
        assertRefused("[]".getBytes(), "no JSON object");
        assertRefused(new byte[] {'{', (byte) 0xff, '}'}, "no UTF-8");
        assertRefused("{}".getBytes(), "Records is no list of events");
        assertRefused(changed(event -> event.putArray("Records")), "Records is no list of events");
        assertRefused(changed(event -> entry(event).remove("eventName")), "Records[0].eventName is missing");
        assertRefused(changed(event -> entry(event).remove("s3")), "Records[0].s3.bucket.name is missing");
        assertRefused(changed(event -> entry(event).put("eventTime", "noon")), "Records[0].eventTime is no time");
        assertRefused(changed(event -> event.put("Key", "lab-data/other")), "Key is another object");
        assertRefused(withKey("k".repeat(1025)), "longer than any key");
    }

    private static void assertRefused(byte[] body, String reason) {
        assertThatThrownBy(() -> StoragePayload.read(body))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE))
                .hasMessageContaining(reason);
    }

    @Test
    void noMutationEndsInAnythingButAnAnswerOrARefusal() throws IOException {
        Random random = new Random(9);
        byte[][] bodies = {recorded("minio-put"), recorded("minio-put-unicode")};
        for (int n = 0; n < 20_000; n++) {
            byte[] body = Mutation.of(bodies[n % 2], random);
            try {
                StoragePayload.read(body).forEach(PublishedEvent::of);
            } catch (MlopsException e) {
                assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE);
            }
        }
    }

    @Test
    void aPublishedVersionIsKnownByItsManifestAndTheSameHoweverOftenItIsTold() throws IOException {
        WrittenObject written = StoragePayload.read(recorded("minio-put")).get(0);
        PublishedEvent event = PublishedEvent.of(written).orElseThrow();
        assertThat(event.name()).isEqualTo("digits");
        assertThat(event.content()).hasToString("sha256:" + HEX);
        PublishedEvent again = PublishedEvent.of(new WrittenObject(written.object(), Instant.EPOCH))
                .orElseThrow();
        assertThat(again.identity("minio")).isEqualTo(event.identity("minio")).isNotEqualTo(event.identity("archive"));
        for (String other : List.of(
                "s3://lab-data/vision/blobs/sha256/ab/cd",
                "s3://lab-data/vision/digits/manifests/parts/ab/cd.jsonl.gz",
                "s3://lab-data/manifests/" + HEX + ".json",
                "s3://lab-data/vision/digits/manifests/" + HEX.toUpperCase() + ".json")) {
            assertThat(PublishedEvent.of(new WrittenObject(S3Uri.parse(other), Instant.EPOCH)))
                    .as(other)
                    .isEmpty();
        }
    }

    @Test
    void aTokenHoldsAsItIsAndAfterBearer() {
        assertThat(BearerToken.matches("Bearer t0ken", "t0ken")).isTrue();
        assertThat(BearerToken.matches("bearer  t0ken", "t0ken")).isTrue();
        assertThat(BearerToken.matches("t0ken", "t0ken")).isTrue();
        assertThat(BearerToken.matches("Bearer t0ken", "Bearer t0ken")).isTrue();
        assertThat(BearerToken.matches("Basic dXNlcg==", "Basic dXNlcg==")).isTrue();
        for (String header :
                new String[] {null, "", "Bearer ", "Bearer t0ke", "Bearer t0ken2", "Basic t0ken", "T0KEN"}) {
            assertThat(BearerToken.matches(header, "t0ken")).as("" + header).isFalse();
        }
    }

    @Test
    void aPatternMeansDatasetsByTheirPlaceAndName() {
        S3Uri manifest = S3Uri.parse("s3://lab-data/vision/a/digits/manifests/" + HEX + ".json");
        for (String pattern : List.of(
                "s3://lab-data/vision/a/digits",
                "s3://lab-data/vision/*/digits",
                "s3://lab-data/**",
                "s3://*/**/dig*")) {
            assertThat(new DatasetPattern(pattern).matches(manifest))
                    .as(pattern)
                    .isTrue();
        }
        for (String pattern : List.of(
                "s3://lab-data/vision/a",
                "s3://lab-data/digits",
                "s3://lab/**",
                "s3://lab-data/vision/*",
                "s3://lab-data/")) {
            assertThat(new DatasetPattern(pattern).matches(manifest))
                    .as(pattern)
                    .isEqualTo(pattern.endsWith("/"));
        }
        for (String bad : List.of("", "digits", "s3://", "s3:///digits", "s3://lab-data")) {
            assertThatThrownBy(() -> new DatasetPattern(bad))
                    .as(bad)
                    .isInstanceOf(MlopsException.class)
                    .hasMessageContaining("s3://bucket/prefix/NAME");
        }
    }
}
