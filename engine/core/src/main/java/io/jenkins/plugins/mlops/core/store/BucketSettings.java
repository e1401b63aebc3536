package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.BucketProtection.Setting;
import io.minio.errors.MinioException;
import io.minio.messages.ObjectLockConfiguration;
import io.minio.messages.VersioningConfiguration;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import okhttp3.Response;

/** Asks a store what is set for a bucket: {@code GetBucketVersioning} and {@code GetObjectLockConfiguration}. */
final class BucketSettings {

    private static final int NOT_FOUND = 404;
    /** More than this is no such document, bytes. */
    private static final long MAX_BYTES = 64 * 1024;

    private final ObjectStore store;
    private final S3Http http;
    private final String bucket;

    BucketSettings(ObjectStore store, S3Http http, String bucket) {
        this.store = store;
        this.http = http;
        this.bucket = bucket;
    }

    BucketProtection protection() {
        Answer<VersioningConfiguration> versioning = ask("versioning", VersioningConfiguration.class);
        Answer<ObjectLockConfiguration> lock = ask("object-lock", ObjectLockConfiguration.class);
        Setting versioned = versioning.setting();
        if (versioned == Setting.ON) {
            versioned = versioning
                            .found()
                            .filter(found -> found.status() == VersioningConfiguration.Status.ENABLED)
                            .isPresent()
                    ? Setting.ON
                    : Setting.OFF;
        }
        String retention = lock.found()
                .filter(found -> found.mode() != null && found.duration() != null)
                .map(found -> found.mode() + " " + found.duration().duration() + " "
                        + String.valueOf(found.duration().unit()).toLowerCase(Locale.ROOT))
                .orElse(null);
        return new BucketProtection(versioned, lock.setting(), retention);
    }

    /** @param setting ON for a document that is there */
    private record Answer<T>(Setting setting, Optional<T> found) {}

    private <T> Answer<T> ask(String setting, Class<T> document) {
        String what = "Asking for the " + setting + " of " + bucket;
        return store.call(what, () -> {
            try (Response response = http.bucketSetting(bucket, setting)) {
                if (response.code() == NOT_FOUND) {
                    return new Answer<T>(missing(response), Optional.empty());
                }
                return response.isSuccessful()
                        ? read(response, document)
                        : new Answer<T>(Setting.UNKNOWN, Optional.empty());
            }
        });
    }

    /** A missing configuration is an answer; a missing bucket is none. */
    private Setting missing(Response response) throws IOException {
        if (response.peekBody(MAX_BYTES).string().contains("NoSuchBucket")) {
            throw MlopsException.failed("The bucket '" + bucket + "' does not exist at " + store.endpoint());
        }
        return Setting.OFF;
    }

    private static <T> Answer<T> read(Response response, Class<T> document) throws IOException {
        try {
            return new Answer<>(
                    Setting.ON,
                    Optional.of(
                            StoreXml.read(document, response.peekBody(MAX_BYTES).string())));
        } catch (MinioException e) {
            return new Answer<>(Setting.UNKNOWN, Optional.empty());
        }
    }
}
