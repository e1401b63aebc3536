package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Makes buckets on a real S3 server, which the product itself never does. */
public final class TestBuckets {

    private TestBuckets() {}

    public static void make(ObjectStoreSettings settings, String bucket) throws IOException {
        byte[] nothing = {};
        // A PUT of the bucket itself; minio-java would add a location that not every server takes.
        try (S3Http http = new S3Http(settings, null, Duration.ofSeconds(5), Duration.ofSeconds(30));
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

    /**
     * Makes a bucket whose new versions are locked for a day, unless one has the right to end that.
     *
     * @return false when the server does not have such buckets
     */
    public static boolean makeLocked(ObjectStoreSettings settings, String bucket) throws IOException {
        byte[] lock = ("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
                        + "<Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>")
                .getBytes(StandardCharsets.UTF_8);
        String url = settings.endpoint() + "/" + bucket;
        Request.Builder made = new Request.Builder()
                .url(url)
                .header("x-amz-bucket-object-lock-enabled", "true")
                .put(RequestBody.create(new byte[0]));
        Request.Builder locked =
                new Request.Builder().url(url + "?object-lock=").put(RequestBody.create(lock));
        try {
            locked.header(
                    "Content-MD5",
                    Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("MD5").digest(lock)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return send(settings, made, new byte[0]) && send(settings, locked, lock);
    }

    /**
     * Makes a bucket keep every version of its objects.
     *
     * @return false when the server cannot
     */
    public static boolean makeVersioned(ObjectStoreSettings settings, String bucket) throws IOException {
        byte[] versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
                .getBytes(StandardCharsets.UTF_8);
        return send(
                settings,
                new Request.Builder()
                        .url(settings.endpoint() + "/" + bucket + "?versioning=")
                        .put(RequestBody.create(versioning)),
                versioning);
    }

    private static boolean send(ObjectStoreSettings settings, Request.Builder request, byte[] body) throws IOException {
        try (S3Http http = new S3Http(settings, null, Duration.ofSeconds(5), Duration.ofSeconds(30));
                Response answer = http.send(request, Digest.of(body).hex())) {
            return answer.isSuccessful();
        }
    }

    /** Deletes an object, which the product itself never does. */
    public static void delete(ObjectStoreSettings settings, S3Uri object) throws IOException {
        String url = settings.endpoint() + "/" + object.bucket() + "/" + S3Http.encode(object.key(), true);
        if (!send(settings, new Request.Builder().url(url).delete(), new byte[0])) {
            throw new IOException("DELETE of " + object + " failed");
        }
    }
}
