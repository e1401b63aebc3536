package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.minio.errors.XmlParserException;
import io.minio.messages.CompleteMultipartUploadResult;
import io.minio.messages.InitiateMultipartUploadResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import okhttp3.Response;

/**
 * A large file on its way to a store in parts: begun; each part sent, in any order and by many threads; then completed, which makes
 * it an object, or aborted, which frees the parts. One that breaks off can be gone on with by whoever knows its id and the ETags of the
 * parts that were sent: the store compares those when it completes.
 */
public final class PartsUpload {

    /** No answer here is longer, bytes. */
    private static final int MAX_ANSWER = 1 << 20;

    private final ObjectStore store;
    private final S3Http http;
    private final S3Uri object;
    private final LocalFile file;
    private final String id;
    private final SortedMap<Integer, String> sent;

    private PartsUpload(
            ObjectStore store, S3Http http, S3Uri object, LocalFile file, String id, Map<Integer, String> sent) {
        this.store = store;
        this.http = http;
        this.object = object;
        this.file = file;
        this.id = id;
        this.sent = new ConcurrentSkipListMap<>(sent);
    }

    static PartsUpload begin(ObjectStore store, S3Http http, S3Uri object, LocalFile file) {
        String what = "Writing " + object;
        String id = store.call(what, () -> {
            try (Response response = store.exchange(what, object, () -> http.beginParts(object))) {
                InitiateMultipartUploadResult begun = read(InitiateMultipartUploadResult.class, text(response));
                if (begun.uploadId() == null || begun.uploadId().isBlank()) {
                    throw new RetryPolicy.Transient("began no upload", null);
                }
                return begun.uploadId();
            }
        });
        return new PartsUpload(store, http, object, file, id, Map.of());
    }

    static PartsUpload goOn(
            ObjectStore store, S3Http http, S3Uri object, LocalFile file, String id, Map<Integer, String> sent) {
        return new PartsUpload(store, http, object, file, id, sent);
    }

    /** By which the store knows it. */
    public String id() {
        return id;
    }

    /** The numbers of the parts that were not sent yet, counted from 1. */
    public List<Integer> missing() {
        return IntStream.rangeClosed(1, file.parts().size())
                .filter(number -> !sent.containsKey(number))
                .boxed()
                .toList();
    }

    /** Bytes of the part with this number. */
    public long length(int number) {
        return file.partLength(number - 1);
    }

    /**
     * Sends a part.
     *
     * @return its ETag
     * @throws UploadGoneException when the store does not know the upload
     */
    public String send(int number) {
        String what = "Writing part " + number + " of " + object;
        FileSlice body = new FileSlice(
                file.path(),
                (number - 1) * file.partSize(),
                length(number),
                store.isSignedElsewhere() ? EtagCheck.create() : null);
        String[] before = new String[1];
        String etag = store.call(what, () -> {
            try (Response response = store.exchange(
                    what,
                    object,
                    () -> http.putPart(
                            object,
                            id,
                            number,
                            body,
                            file.parts().get(number - 1).hex()))) {
                String told = ObjectStore.requireStored(response);
                // What is told twice is no damage of the way, but an ETag that is no MD5.
                if (body.differs(response, told) && !told.equals(before[0])) {
                    before[0] = told;
                    throw new RetryPolicy.Transient("has another part than was sent", null);
                }
                return told;
            }
        });
        sent.put(number, etag);
        return etag;
    }

    /**
     * Makes the parts an object.
     *
     * @throws UploadGoneException when the store does not know the upload, or a part as it was sent
     */
    public void complete() {
        String what = "Writing " + object;
        StringBuilder xml =
                new StringBuilder("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        sent.forEach((number, etag) -> xml.append(
                "<Part><PartNumber>" + number + "</PartNumber><ETag>&quot;" + etag + "&quot;</ETag></Part>"));
        byte[] parts = xml.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
        store.call(what, () -> {
            try (Response response = store.exchange(what, object, () -> http.completeParts(object, id, parts))) {
                String text = text(response);
                if (text.contains("<Error")) { // Amazon S3 finds errors after it has said 200
                    throw store.failure(what, object, response);
                }
                read(CompleteMultipartUploadResult.class, text);
                return null;
            }
        });
    }

    /** Has the store forget the parts, as well as that can be done; a store that is away keeps them. */
    public void abort() {
        try {
            store.abortParts(object, id);
        } catch (MlopsException e) {
            return; // what led here is the failure to tell
        }
    }

    private static String text(Response response) throws IOException {
        try {
            return response.peekBody(MAX_ANSWER).string();
        } catch (IOException e) {
            throw NetworkFailure.mark(e);
        }
    }

    private static <T> T read(Class<T> type, String text) throws RetryPolicy.Transient {
        try {
            return StoreXml.read(type, text);
        } catch (XmlParserException e) {
            throw new RetryPolicy.Transient("answered with something else than an S3 server does", e);
        }
    }
}
