package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.http.DirectAnswer;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.minio.ListBucketsArgs;
import io.minio.ListObjectVersionsArgs;
import io.minio.ListObjectsV2Args;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.Item;
import io.minio.messages.ListAllMyBucketsResult;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.ListVersionsResult;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * An S3 object store: MinIO, Amazon S3 or any that speaks its protocol. Transient failures (connection, time-out, truncation,
 * HTTP 429 and 5xx) are tried again with jitter; what remains is an {@link MlopsException} of one sentence: UNREACHABLE when
 * the store is away or too slow, REFUSED on 401 and 403, FAILED on anything else such as a missing bucket or key. Every wait
 * is bounded. Thread-safe; to be closed.
 */
public final class ObjectStore implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    private static final RetryPolicy RETRY = new RetryPolicy(5, Duration.ofMillis(250), Duration.ofSeconds(10));
    private static final int LIST_PAGE = 1000;
    private static final int NOT_FOUND = 404;
    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;

    /** Answers of stores that do not know parts, and of those that have the object in another state; the download finds that out. */
    private static final int[] NO_PARTS = {400, 403, NOT_FOUND, 405, 412, 416, 501};
    /** What S3 takes in one request, bytes. */
    private static final long MAX_REQUEST = 5L * 1024 * 1024 * 1024;

    /** Who signs knows the region; a client that only sends need not. */
    private static final String UNKNOWN_REGION = "us-east-1";

    private final URI endpoint;
    private final S3Http http;
    private final ObjectStoreSettings settings;
    private final StoreFailures failures;
    private final RetryPolicy retry;
    private final Duration paceWindow;
    private final RequestSigner signer;
    private final RequestPresigner presigner;
    private S3Api api;
    private volatile boolean md5Etags = true;
    private volatile boolean partsEtags = true;

    private ObjectStore(ObjectStoreSettings settings, RequestSigner signer, RetryPolicy retry, Duration readTimeout) {
        this.settings = settings;
        this.endpoint = settings.endpoint();
        this.signer = signer;
        this.presigner = new RequestPresigner(settings);
        this.http = new S3Http(settings, signer, CONNECT_TIMEOUT, readTimeout);
        this.failures = new StoreFailures(endpoint);
        this.retry = retry;
        this.paceWindow = readTimeout.multipliedBy(2);
    }

    /** Nothing is sent yet; credentials are sent to this endpoint alone. */
    public static ObjectStore connect(ObjectStoreSettings settings) {
        return connect(settings, RETRY, READ_TIMEOUT);
    }

    /**
     * As {@link #connect(ObjectStoreSettings)}.
     *
     * @param retry how transient failures are tried again; a download that gets on starts counting anew
     * @param readTimeout longest silence of the server; of an object's bytes {@link Pace#LEAST} come in twice that time
     */
    public static ObjectStore connect(ObjectStoreSettings settings, RetryPolicy retry, Duration readTimeout) {
        return new ObjectStore(settings, null, retry, readTimeout);
    }

    /**
     * A connection without keys, whose every request is signed elsewhere.
     *
     * @param endpoint scheme, host and port; a signed URL that leads elsewhere is refused
     */
    public static ObjectStore signedBy(RequestSigner signer, URI endpoint) {
        return new ObjectStore(new ObjectStoreSettings(endpoint, UNKNOWN_REGION, null), signer, RETRY, READ_TIMEOUT);
    }

    /** Made for the first listing: a pull by a manifest needs none, and would take a tenth of a second for it. */
    private synchronized S3Api api() {
        if (api == null) {
            api = S3Api.of(settings, signer != null, http.client());
        }
        return api;
    }

    /** Where the store is. */
    public URI endpoint() {
        return endpoint;
    }

    /**
     * Hands on every object whose key begins with the prefix, in the order of the keys' UTF-8 bytes, page by page.
     */
    public void list(S3Uri prefix, Consumer<StoredObject> each) {
        pages(prefix, page -> objects(page, prefix).forEach(each));
    }

    /** As {@link #list}, each with the time at which it was written, in the precision that the store tells. */
    public void listWithTimes(S3Uri prefix, BiConsumer<StoredObject, Instant> each) {
        pages(
                prefix,
                page -> page.contents()
                        .forEach(item -> each.accept(
                                object(page, prefix, item), item.lastModified().toInstant())));
    }

    private void pages(S3Uri prefix, Consumer<ListBucketResultV2> each) {
        String what = "Listing " + prefix;
        String token = null;
        do {
            ListBucketResultV2 page = page(what, prefix, null, token, LIST_PAGE);
            each.accept(page);
            token = next(page);
        } while (token != null);
    }

    private static Stream<StoredObject> objects(ListBucketResultV2 page, S3Uri prefix) {
        return page.contents().stream().map(item -> object(page, prefix, item));
    }

    private static StoredObject object(ListBucketResultV2 page, S3Uri prefix, Item item) {
        item.setEncodingType(page.encodingType());
        return new StoredObject(
                new S3Uri(prefix.bucket(), item.objectName()), item.size(), Etags.unquoted(item.etag()), null);
    }

    private ListBucketResultV2 page(String what, S3Uri prefix, String after, String token, int size) {
        ListObjectsV2Args.Builder args = ListObjectsV2Args.builder()
                .bucket(prefix.bucket())
                .prefix(prefix.key())
                .encodingType("url")
                .maxKeys(size);
        if (after != null) {
            args.startAfter(after);
        }
        if (token != null) {
            args.continuationToken(token);
        }
        ListObjectsV2Args request = args.build();
        return call(what, () -> {
            ListBucketResultV2 page =
                    await(what, prefix, api().listObjectsV2(request)).result();
            requireWhole(page, prefix, token);
            return page;
        });
    }

    /** A listing that ends early, or goes round, would pass for a smaller dataset. */
    private static void requireWhole(ListBucketResultV2 page, S3Uri prefix, String token) throws RetryPolicy.Transient {
        String next = next(page);
        if (page.isTruncated() && next == null || next != null && next.equals(token)) {
            throw new RetryPolicy.Transient("listed a part and did not say how the rest is to be had", null);
        }
        if (objects(page, prefix).anyMatch(object -> !object.location().key().startsWith(prefix.key()))) {
            throw new RetryPolicy.Transient("listed what was not asked for", null);
        }
    }

    /** Where the next page begins; null after the last one. */
    private static String next(ListBucketResultV2 page) {
        return blankToNull(page.nextContinuationToken());
    }

    /**
     * Hands on every object that was below the prefix at a time, each with its version, in the order of the keys' UTF-8 bytes.
     *
     * @throws MlopsException of kind FAILED where the bucket keeps no versions, or began to do so too late to tell
     */
    public void listAsOf(S3Uri prefix, Instant at, Consumer<StoredObject> each) {
        if (protection(prefix.bucket()).versioning() == BucketProtection.Setting.OFF) {
            throw MlopsException.failed("The bucket '" + prefix.bucket()
                    + "' keeps no versions, so what lay below " + prefix + " at " + at
                    + " is not known: have versioning switched on for the next time, or take what lies there now");
        }
        new PastListing(this, prefix, at, each).run();
    }

    /** A page of the versions below a prefix. */
    ListVersionsResult versions(S3Uri prefix, ListObjectVersionsArgs request) {
        String what = "Listing the versions of " + prefix;
        return call(
                what,
                () -> await(what, prefix, api().listObjectVersions(request)).result());
    }

    /** The first object whose key begins with the prefix, found with one request; empty when there is none. */
    public Optional<StoredObject> first(S3Uri prefix) {
        return objects(page("Listing " + prefix, prefix, null, null, 1), prefix).findFirst();
    }

    /**
     * The next objects whose keys begin with the prefix and come after a key, in the order of the keys' UTF-8 bytes, found with
     * one request.
     *
     * @param after a whole key, which need not exist
     * @param limit how many at most, 1 to 1000
     */
    public List<StoredObject> after(S3Uri prefix, String after, int limit) {
        return objects(page("Listing " + prefix, prefix, after, null, limit), prefix)
                .toList();
    }

    /**
     * The names of the buckets; empty when the store does not let these credentials list buckets, which says nothing about
     * what they may do in one.
     */
    public Optional<List<String>> buckets() {
        String what = "Listing the buckets";
        return call(what, () -> {
            CompletableFuture<Optional<List<String>>> answer = api().listBucketsAPI(new ListBucketsArgs())
                    .thenApply(found -> Optional.of(found.result().buckets().stream()
                            .map(ListAllMyBucketsResult.Bucket::name)
                            .toList()));
            return await(what, null, answer.exceptionally(e -> {
                if (e.getCause() instanceof ErrorResponseException denied
                        && "AccessDenied".equals(denied.errorResponse().code())) {
                    return Optional.empty();
                }
                throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
            }));
        });
    }

    /** How a bucket keeps objects from being changed or deleted; what the store does not tell is unknown. */
    public BucketProtection protection(String bucket) {
        return new BucketSettings(this, http, bucket).protection();
    }

    /** The object's description; empty when there is no such object. */
    public Optional<StoredObject> stat(S3Uri object) {
        String what = "Looking for " + addressable(object);
        return call(what, () -> {
            try (Response response = exchange(what, object, () -> http.head(object), NOT_FOUND)) {
                return response.code() == NOT_FOUND ? Optional.empty() : Optional.of(described(what, object, response));
            }
        });
    }

    private StoredObject described(String what, S3Uri object, Response response) {
        String etag = Etags.unquoted(response.header("ETag"));
        if (etag == null && response.header("Last-Modified") == null) {
            throw failures.ofForeign(what);
        }
        try {
            return new StoredObject(
                    object,
                    Long.parseLong(String.valueOf(response.header("Content-Length"))),
                    etag,
                    blankToNull(response.header("x-amz-version-id")));
        } catch (NumberFormatException e) {
            throw failures.ofForeign(what);
        }
    }

    /**
     * Opens an object, without trying again; {@link #download} does that.
     *
     * @param offset first byte wanted, below the object's size unless 0
     * @throws RetryPolicy.Transient when a later try may succeed
     * @throws ObjectChangedException when the object no longer has the pinned ETag
     */
    public ObjectContent open(ObjectPin pin, long offset) throws IOException {
        String what = "Reading " + pin.location();
        addressable(pin.location());
        DirectAnswer direct = attempt(what, pin.location(), () -> http.getDirectly(pin, offset));
        if (direct != null) {
            if (direct.status() != OK && direct.status() != PARTIAL_CONTENT) {
                throw failures.ofResponse(what, pin.location(), http.response(direct));
            }
            return ObjectContent.of(
                    direct, start(direct.status(), direct.headers().get("content-range"), offset));
        }
        Response response = exchange(what, pin.location(), () -> http.get(pin, offset));
        return ObjectContent.of(response, start(response.code(), response.header("Content-Range"), offset));
    }

    /**
     * Streams an object into a sink, from the sink's position on, and goes on at the byte reached after every transient
     * failure. The object's state is pinned by the first answer when the caller did not.
     *
     * @param size the size it must have, -1 when unknown
     * @return the ETag of what was read, null when the store gives none
     * @throws MlopsException of kind FAILED when the size is another
     */
    public String download(ObjectPin pin, long size, ContentSink sink) {
        return new ObjectDownload(this, retry, paceWindow, pin, size, sink, null).run();
    }

    /**
     * As {@link #download(ObjectPin, long, ContentSink)}, for bytes that nobody knows the digest of: they are compared with the ETag
     * where that is made of MD5s, and read again when they differ. Of an object that was uploaded in parts, the store is asked how large they
     * are; where it does not tell, nothing is compared.
     *
     * @throws MlopsException of kind FAILED too, when they differ again and again
     */
    public String downloadUnknown(ObjectPin pin, long size, ContentSink sink) {
        return new ObjectDownload(this, retry, paceWindow, pin, size, sink, etagCheck(pin, size)).run();
    }

    private EtagCheck etagCheck(ObjectPin pin, long size) {
        int parts = EtagCheck.parts(pin.etag());
        if (parts == 0) {
            return md5Etags ? EtagCheck.create() : null;
        }
        return partsEtags && size > 0 ? EtagCheck.ofParts(parts, firstPart(pin), size) : null;
    }

    /** Bytes of the first part of an object that was uploaded in parts; -1 when the store does not tell. */
    private long firstPart(ObjectPin pin) {
        String what = "Looking for the parts of " + addressable(pin.location());
        return call(what, () -> {
            try (Response response = exchange(what, pin.location(), () -> http.headFirstPart(pin), NO_PARTS)) {
                return response.isSuccessful() ? Long.parseLong(response.header("Content-Length", "-1")) : -1L;
            } catch (NumberFormatException e) {
                return -1L;
            }
        });
    }

    /** Saves later downloads from a comparison that says nothing. */
    void distrust(EtagCheck check) {
        if (check.isOfParts()) {
            partsEtags = false;
        } else {
            md5Etags = false;
        }
    }

    /**
     * The bytes of a small object.
     *
     * @param maxBytes more than this is refused
     */
    public byte[] read(S3Uri object, int maxBytes) {
        MemorySink sink = new MemorySink(object, maxBytes);
        downloadUnknown(ObjectPin.latest(object), -1, sink);
        return sink.bytes();
    }

    /** Downloads an object to a file, which appears whole or not at all and replaces what was there. */
    public void download(S3Uri object, Path file) throws IOException {
        try (FileSink sink = FileSink.temporaryFor(file)) {
            downloadUnknown(ObjectPin.latest(object), -1, sink);
            sink.moveTo(file);
        }
    }

    /** Sends a file and replaces what is there: in one request, or in parts when it is large. */
    public void put(S3Uri object, LocalFile file) {
        addressable(object);
        new ObjectUpload(this, http).send(object, file);
    }

    /** Begins to send a large file in parts, for a caller that sends several at a time or goes on later. */
    public PartsUpload beginParts(S3Uri object, LocalFile file) {
        return PartsUpload.begin(this, http, addressable(object), file);
    }

    /**
     * Goes on with an upload in parts. Nothing is sent yet.
     *
     * @param id which {@link PartsUpload#id} gave when it was begun for a file of the same bytes and the same size of parts
     * @param sent the ETags of the parts that were sent, by number
     */
    public PartsUpload goOnWithParts(S3Uri object, LocalFile file, String id, Map<Integer, String> sent) {
        return PartsUpload.goOn(this, http, addressable(object), file, id, sent);
    }

    /**
     * Hands on every upload in parts below a prefix that is neither completed nor aborted. MinIO tells only those of the object whose
     * whole key is the prefix.
     */
    public void unfinishedUploads(S3Uri prefix, Consumer<UnfinishedUpload> each) {
        new UnfinishedUploads(this, http, prefix).forEach(each);
    }

    /**
     * Has the store forget an upload in parts; one that it does not know is forgotten already.
     *
     * @param id by which the store knows it
     */
    public void abortParts(S3Uri object, String id) {
        String what = "Aborting the upload of " + object;
        call(what, () -> {
            try {
                exchange(what, object, () -> http.abortParts(object, id), NOT_FOUND)
                        .close();
            } catch (UploadGoneException e) {
                return null;
            }
            return null;
        });
    }

    /** What an answer stands for whose body is an error, whatever its status is. */
    IOException failure(String what, S3Uri place, Response response) {
        return failures.ofResponse(what, place, response);
    }

    /**
     * Sends bytes unless an object is there already.
     *
     * @return false when one was there; it is untouched
     */
    public boolean putIfAbsent(S3Uri object, byte[] bytes) {
        byte[] body = Arrays.copyOf(bytes, bytes.length);
        String sha256 = Digest.of(body).hex();
        return putIfAbsent(object, () -> http.putOnce(object, body, sha256));
    }

    /**
     * Sends a file of at most 5 GiB unless an object is there already.
     *
     * @return false when one was there; it is untouched
     * @throws MlopsException of kind USAGE when the file is larger
     */
    public boolean putIfAbsent(S3Uri object, LocalFile file) {
        if (file.size() > MAX_REQUEST) {
            throw MlopsException.usage(file.path() + " has " + file.size() + " bytes, more than the " + MAX_REQUEST
                    + " that can be written to " + object + " at once");
        }
        RequestBody body = new FileSlice(file.path(), 0, file.size(), null);
        return putIfAbsent(object, () -> http.put(object, body, file.sha256().hex(), true));
    }

    private boolean putIfAbsent(S3Uri object, RetryPolicy.Attempt<Response> put) {
        String what = "Writing " + addressable(object);
        return call(what, () -> {
            try (Response response = exchange(what, object, put)) {
                requireStored(response);
                return true;
            } catch (ObjectChangedException e) {
                return false;
            }
        });
    }

    /**
     * Every store answers a PUT with the ETag of what it has now; what stands in its way, such as a page that asks for a login, does
     * not.
     *
     * @return the ETag
     */
    static String requireStored(Response put) throws RetryPolicy.Transient {
        String etag = Etags.unquoted(put.header("ETag"));
        if (etag == null) {
            throw new RetryPolicy.Transient("gave no ETag for what was written", null);
        }
        return etag;
    }

    /**
     * A URL that gives whoever has it the object, without credentials, for a while. Nothing is sent.
     *
     * @param validity 1 second to 7 days
     */
    public URI presign(ObjectPin pin, Duration validity) {
        return presigner.presign(StoreRequest.get(pin), validity);
    }

    /** Whether requests are signed elsewhere, where it helps to know beforehand what will be read. */
    public boolean isSignedElsewhere() {
        return signer != null;
    }

    /** As {@link RequestSigner#expect}; does nothing where this connection signs itself. */
    public void expect(List<ObjectPin> objects, int[] numbers) {
        if (signer != null) {
            signer.expect(objects, numbers);
        }
    }

    /** Breaks off every request under way, from any thread; each then fails at once. */
    public void cancel() {
        http.cancelAll();
    }

    @Override
    public void close() {
        http.close();
    }

    /** Runs work with retries; what remains becomes UNREACHABLE. */
    <T> T call(String what, RetryPolicy.Attempt<T> attempt) {
        try {
            return retry.run(what, attempt);
        } catch (IOException e) {
            throw gaveUp(what, e);
        }
    }

    MlopsException gaveUp(String what, IOException e) {
        return Thread.currentThread().isInterrupted() ? MlopsException.interrupted(what) : failures.gaveUp(what, e);
    }

    /**
     * One request of our own client; an answer without success is thrown.
     *
     * @param accepted statuses that are an answer, too
     */
    Response exchange(String what, S3Uri place, RetryPolicy.Attempt<Response> request, int... accepted)
            throws IOException {
        Response response = attempt(what, place, request);
        if (response.isSuccessful() || Arrays.stream(accepted).anyMatch(status -> status == response.code())) {
            return response;
        }
        try {
            throw failures.ofResponse(what, place, response);
        } finally {
            response.close();
        }
    }

    private <T> T attempt(String what, S3Uri place, RetryPolicy.Attempt<T> request) throws IOException {
        try {
            return request.run();
        } catch (IOException e) {
            throw failures.ofException(what, place, e);
        }
    }

    /**
     * Waits for an answer of the MinIO client.
     *
     * @param place null when the request is about the store itself
     */
    <T> T await(String what, S3Uri place, CompletableFuture<T> answer) throws IOException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            cancel();
            throw MlopsException.interrupted(what);
        } catch (ExecutionException e) {
            throw failures.ofException(what, place, e);
        }
    }

    /** HTTP clients resolve '.' and '..' in addresses, so an object with such a key could not be told from another. */
    private static S3Uri addressable(S3Uri object) {
        for (String segment : object.key().split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                throw MlopsException.usage(
                        "The key of " + object + " has a '.' or '..' segment, which cannot be addressed safely");
            }
        }
        return object;
    }

    private static long start(int status, String contentRange, long asked) {
        if (status != PARTIAL_CONTENT) {
            return 0;
        }
        if (contentRange == null || !contentRange.startsWith("bytes ")) {
            return asked;
        }
        String range = contentRange.substring("bytes ".length());
        int dash = range.indexOf('-');
        try {
            return dash < 0 ? asked : Long.parseLong(range.substring(0, dash).trim());
        } catch (NumberFormatException e) {
            return asked;
        }
    }

    private static String blankToNull(String text) {
        return Objects.requireNonNullElse(text, "").isBlank() ? null : text;
    }
}
