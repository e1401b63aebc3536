package io.jenkins.plugins.mlops.core.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.regex.Pattern;

/**
 * A place in an object store, {@code s3://bucket/key}. The key is taken verbatim, not percent-decoded, as the S3 command-line
 * tools do; it may be empty and may end in a slash.
 */
public record S3Uri(String bucket, String key) {

    private static final String SCHEME = "s3://";
    /** The naming rules of S3 buckets; MinIO wants at least 3 characters too. */
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    public S3Uri {
        if (!BUCKET.matcher(bucket).matches()) {
            throw MlopsException.usage("'" + bucket
                    + "' is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens are wanted");
        }
    }

    @JsonCreator
    public static S3Uri parse(String text) {
        if (!text.startsWith(SCHEME)) {
            throw MlopsException.usage("'" + text + "' is no object store location: s3://bucket/prefix is wanted");
        }
        String rest = text.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        return slash < 0 ? new S3Uri(rest, "") : new S3Uri(rest.substring(0, slash), rest.substring(slash + 1));
    }

    public static boolean isS3(String text) {
        return text.startsWith(SCHEME);
    }

    /** The place below this one; exactly one slash stands between the two. */
    public S3Uri resolve(String child) {
        return new S3Uri(bucket, key.isEmpty() || key.endsWith("/") ? key + child : key + "/" + child);
    }

    @Override
    @JsonValue
    public String toString() {
        return SCHEME + bucket + "/" + key;
    }
}
