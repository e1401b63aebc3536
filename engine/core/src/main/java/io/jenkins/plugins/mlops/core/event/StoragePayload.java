package io.jenkins.plugins.mlops.core.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the notifications of buckets as MinIO sends them to a webhook: Amazon's form, {@code Records}, and besides the name of the
 * event and the bucket and key as they are, {@code EventName} and {@code Key}. Keys of {@code Records} are form-encoded, as both
 * Amazon and MinIO write them: {@code +} is a blank and {@code %2B} a plus. Where {@code Key} is given it must say the same. A key that no
 * form encoder writes, since it has blanks or other than ASCII, is read as it is. The body is bounded by the caller.
 */
public final class StoragePayload {

    /** After which an object has the bytes that it had not before; tags and locks are changed by other events of that kind. */
    private static final Set<String> WRITTEN = Set.of("Put", "Post", "Copy", "CompleteMultipartUpload");

    private static final String CREATED = "ObjectCreated:";

    /** What Amazon sends when a notification is set up. */
    private static final String TEST = "s3:TestEvent";

    /** In bytes, as S3 has it. */
    private static final int LONGEST_KEY = 1024;

    private StoragePayload() {}

    /**
     * The objects that were written, in the order in which they are told; none for events of other kinds, and for places that
     * no address can be written of.
     *
     * @throws MlopsException of kind USAGE when the body is no notification
     */
    public static List<WrittenObject> read(byte[] body) {
        JsonNode event = EventBody.object(body);
        if (event.path("Event").asText().equals(TEST)) {
            return List.of();
        }
        JsonNode records = event.path("Records");
        if (!records.isArray() || records.isEmpty()) {
            throw EventBody.wrong("Records", "no list of events");
        }
        List<WrittenObject> written = new ArrayList<>();
        for (int n = 0; n < records.size(); n++) {
            String key = "Records[" + n + "]";
            if (isWritten(records.get(n), key)) {
                written(records.get(n), key, records.size() == 1 ? event.path("Key") : MissingNode.getInstance())
                        .ifPresent(written::add);
            }
        }
        return written;
    }

    private static boolean isWritten(JsonNode entry, String key) {
        String name = required(entry.path("eventName"), key + ".eventName");
        String plain = name.startsWith("s3:") ? name.substring("s3:".length()) : name;
        return plain.startsWith(CREATED) && WRITTEN.contains(plain.substring(CREATED.length()));
    }

    private static Optional<WrittenObject> written(JsonNode entry, String key, JsonNode whole) {
        String bucket = required(entry.path("s3").path("bucket").path("name"), key + ".s3.bucket.name");
        String encoded = required(entry.path("s3").path("object").path("key"), key + ".s3.object.key");
        String object = decoded(encoded);
        if (!whole.isMissingNode() && !whole.isNull()) {
            String told = required(whole, "Key");
            if (!told.equals(bucket + "/" + object)) {
                if (!told.equals(bucket + "/" + encoded)) {
                    throw EventBody.wrong("Key", "another object than that of " + key);
                }
                object = encoded;
            }
        }
        if (object.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            throw EventBody.wrong(key + ".s3.object.key", "longer than any key");
        }
        Instant time = EventBody.time(entry.path("eventTime"), key + ".eventTime");
        return place(bucket, object).map(place -> new WrittenObject(place, time));
    }

    /** Empty for a bucket whose name no address can have; the server that has it would send the event again and again if it was refused. */
    private static Optional<S3Uri> place(String bucket, String object) {
        try {
            return Optional.of(new S3Uri(bucket, object));
        } catch (MlopsException e) {
            return Optional.empty();
        }
    }

    private static String required(JsonNode value, String key) {
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw EventBody.wrong(key, "missing");
        }
        return value.textValue();
    }

    private static String decoded(String key) {
        if (key.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            return key;
        }
        try {
            return URLDecoder.decode(key, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return key;
        }
    }
}
