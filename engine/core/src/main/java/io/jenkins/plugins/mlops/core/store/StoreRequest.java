package io.jenkins.plugins.mlops.core.store;

import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request to an object store, as far as a signature speaks of it. Immutable.
 *
 * @param method in capitals
 * @param location of the object; its key is empty for a request to the bucket
 * @param query parameters, decoded; "" for one without a value
 * @param headers that are signed besides Host, with names in small letters: whoever sends the request must send them so
 */
public record StoreRequest(
        String method, S3Uri location, SortedMap<String, String> query, SortedMap<String, String> headers) {

    private static final String VERSION = "versionId";
    private static final String PART = "partNumber";

    public StoreRequest {
        query = Collections.unmodifiableSortedMap(new TreeMap<>(query));
        SortedMap<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Collections.unmodifiableSortedMap(lower);
    }

    /** The request that reads an object. */
    public static StoreRequest get(ObjectPin pin) {
        SortedMap<String, String> query = new TreeMap<>();
        if (pin.versionId() != null) {
            query.put(VERSION, pin.versionId());
        }
        return new StoreRequest("GET", pin.location(), query, new TreeMap<>());
    }

    /** The request that looks how large the first part of an object is that was uploaded in parts. */
    public static StoreRequest headFirstPart(ObjectPin pin) {
        SortedMap<String, String> query = new TreeMap<>(get(pin).query());
        query.put(PART, "1");
        return new StoreRequest("HEAD", pin.location(), query, new TreeMap<>());
    }

    /** Whether it is what {@link #headFirstPart} makes. */
    public boolean looksForFirstPart() {
        return equals(headFirstPart(new ObjectPin(location, null, versionId())));
    }

    /** Whether it reads an object, be it in an older version. */
    public boolean readsObject() {
        return method.equals("GET")
                && !location.key().isEmpty()
                && headers.isEmpty()
                && (query.isEmpty() || query.size() == 1 && query.containsKey(VERSION));
    }

    /** Which version of the object is meant; null for the latest. */
    public String versionId() {
        return query.get(VERSION);
    }
}
