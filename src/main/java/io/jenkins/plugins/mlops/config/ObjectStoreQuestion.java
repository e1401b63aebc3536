package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.net.URI;
import java.util.List;

/**
 * What an object store lets its credentials see: a place, where one is named, else the list of buckets. Keys that are made for
 * one bucket often may not list buckets, which is no fault of theirs.
 *
 * @param location a bucket, or {@code s3://bucket/prefix}; null for the list of buckets
 */
record ObjectStoreQuestion(
        ObjectStoreSettings settings, @CheckForNull String location) implements ServerProbe.Question {

    private static final int MAX_NAMES = 5;

    @Override
    public URI server() {
        return settings.endpoint();
    }

    @Override
    public FormValidation ask() {
        try (ObjectStore store = ObjectStore.connect(settings, ServerProbe.ONCE, ServerProbe.SILENCE)) {
            return location == null ? buckets(store) : list(store, location);
        }
    }

    private static FormValidation list(ObjectStore store, String location) {
        S3Uri place = S3Uri.parse(S3Uri.isS3(location) ? location : "s3://" + location);
        return FormValidation.ok(
                store.first(place).isPresent()
                        ? "Reached; " + place + " can be listed"
                        : "Reached; " + place + " can be listed, and holds no objects");
    }

    private FormValidation buckets(ObjectStore store) {
        return store.buckets()
                .map(found -> FormValidation.ok(
                        "Reached" + (anonymous() ? " without credentials" : "; the credentials are accepted") + "; "
                                + names(found)))
                .orElseGet(() -> FormValidation.warning(
                        anonymous()
                                ? "Reached, but without credentials buckets cannot be listed: choose credentials, or name a"
                                        + " public location to test"
                                : "Reached, but these credentials may not list buckets, which may be right: name a location to"
                                        + " test"));
    }

    private boolean anonymous() {
        return settings.credentials() == null;
    }

    private static String names(List<String> buckets) {
        if (buckets.isEmpty()) {
            return "there are no buckets to see";
        }
        String first = String.join(", ", buckets.subList(0, Math.min(MAX_NAMES, buckets.size())));
        return "buckets: " + first
                + (buckets.size() > MAX_NAMES ? " and " + (buckets.size() - MAX_NAMES) + " more" : "");
    }
}
