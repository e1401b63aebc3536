package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.minio.errors.XmlParserException;
import io.minio.messages.ListMultipartUploadsResult;
import java.io.IOException;
import java.util.function.Consumer;
import okhttp3.Response;

/** Lists uploads in parts that are not complete ({@code ListMultipartUploads}), page by page. */
final class UnfinishedUploads {

    /** A page has 1,000 uploads at most, bytes. */
    private static final int MAX_PAGE = 16 << 20;

    private final ObjectStore store;
    private final S3Http http;
    private final S3Uri prefix;
    private final String what;

    UnfinishedUploads(ObjectStore store, S3Http http, S3Uri prefix) {
        this.store = store;
        this.http = http;
        this.prefix = prefix;
        this.what = "Listing unfinished uploads below " + prefix;
    }

    void forEach(Consumer<UnfinishedUpload> each) {
        String key = null;
        String id = null;
        while (true) {
            String afterKey = key;
            String afterId = id;
            ListMultipartUploadsResult page = store.call(what, () -> page(afterKey, afterId));
            for (ListMultipartUploadsResult.Upload upload : page.uploads()) {
                upload.setEncodingType(page.encodingType());
                if (upload.objectName().startsWith(prefix.key())) {
                    each.accept(new UnfinishedUpload(
                            new S3Uri(prefix.bucket(), upload.objectName()),
                            upload.uploadId(),
                            upload.initiated().toInstant()));
                }
            }
            if (!page.isTruncated()) {
                return;
            }
            key = page.nextKeyMarker();
            id = page.nextUploadIdMarker();
        }
    }

    private ListMultipartUploadsResult page(String key, String id) throws IOException {
        try (Response response = store.exchange(what, prefix, () -> http.unfinished(prefix, key, id))) {
            ListMultipartUploadsResult page = StoreXml.read(ListMultipartUploadsResult.class, text(response));
            String next = page.nextKeyMarker();
            if (page.isTruncated()
                    && (next == null
                            || page.nextUploadIdMarker() == null
                            || next.equals(key) && page.nextUploadIdMarker().equals(id))) {
                throw new RetryPolicy.Transient("listed a part and did not say how the rest is to be had", null);
            }
            return page;
        } catch (XmlParserException e) {
            throw new RetryPolicy.Transient("answered with something else than an S3 server does", e);
        }
    }

    private static String text(Response response) throws IOException {
        try {
            return response.peekBody(MAX_PAGE).string();
        } catch (IOException e) {
            throw NetworkFailure.mark(e);
        }
    }
}
