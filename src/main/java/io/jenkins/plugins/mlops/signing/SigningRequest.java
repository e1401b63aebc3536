package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.core.store.StoreRequest;
import java.io.Serializable;
import java.util.TreeMap;

/** What an agent wants to have signed: an object by its number, or a request to the store. Immutable. */
public final class SigningRequest implements Serializable {

    private static final long serialVersionUID = 1L;

    private final long id;
    private final int number;
    private final boolean firstPart;
    private final String method;
    private final String bucket;
    private final String key;
    private final TreeMap<String, String> query;
    private final TreeMap<String, String> headers;

    private SigningRequest(long id, int number, boolean firstPart, @CheckForNull StoreRequest request) {
        this.id = id;
        this.number = number;
        this.firstPart = firstPart;
        this.method = request == null ? null : request.method();
        this.bucket = request == null ? null : request.location().bucket();
        this.key = request == null ? null : request.location().key();
        this.query = request == null ? null : new TreeMap<>(request.query());
        this.headers = request == null ? null : new TreeMap<>(request.headers());
    }

    static SigningRequest of(long id, StoreRequest request) {
        return new SigningRequest(id, -1, false, request);
    }

    static SigningRequest of(long id, int number) {
        return new SigningRequest(id, number, false, null);
    }

    static SigningRequest ofFirstPart(long id, int number) {
        return new SigningRequest(id, number, true, null);
    }

    long id() {
        return id;
    }

    /** Which object is to be read; negative when {@link #request} says what is to be done. */
    public int number() {
        return number;
    }

    /** Whether that object is not to be read, but asked how large its first part is. */
    public boolean isOfFirstPart() {
        return firstPart;
    }

    /**
     * What is to be done.
     *
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind USAGE when it is none: agents are not believed
     */
    @NonNull
    public StoreRequest request() {
        if (method == null || bucket == null || key == null || query == null || headers == null) {
            throw io.jenkins.plugins.mlops.core.MlopsException.usage(
                    "An agent asked for no request that can be signed");
        }
        return new StoreRequest(method, new S3Uri(bucket, key), query, headers);
    }

    @Override
    public String toString() {
        return number >= 0 ? "object " + number : method + " s3://" + bucket + "/" + key;
    }
}
