package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Makes buckets on a real S3 server, which the product itself never does. */
public final class TestBuckets {

    private TestBuckets() {}

    public static void make(ObjectStoreSettings settings, String bucket) throws IOException {
        byte[] nothing = {};
        // A PUT of the bucket itself; minio-java would add a location that not every server takes.
        try (S3Http http = new S3Http(settings, Duration.ofSeconds(5), Duration.ofSeconds(30));
                Response answer = http.put(
                        new S3Uri(bucket, ""),
                        RequestBody.create(nothing),
                        Digest.of(nothing).hex(),
                        false)) {
            if (!answer.isSuccessful()) {
                throw new IOException("PUT of the bucket " + bucket + " answered " + answer.code());
            }
        }
    }

    /** Deletes an object, which the product itself never does. */
    public static void delete(ObjectStoreSettings settings, S3Uri object) throws IOException {
        String url = settings.endpoint() + "/" + object.bucket() + "/" + S3Http.encode(object.key(), true);
        try (S3Http http = new S3Http(settings, Duration.ofSeconds(5), Duration.ofSeconds(30));
                Response answer = http.send(
                        new Request.Builder().url(url).delete(),
                        Digest.of(new byte[0]).hex())) {
            if (!answer.isSuccessful()) {
                throw new IOException("DELETE of " + object + " answered " + answer.code());
            }
        }
    }
}
