package io.jenkins.plugins.mlops.core.store;

import io.minio.AbortMultipartUploadArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.messages.Part;
import okhttp3.Response;

/**
 * Sends a file. A large one goes in parts: begun, each part sent, completed; when that breaks off, the upload is given up so
 * that the store keeps no unseen parts. Only a completed upload becomes visible. Memory is one buffer, whatever the size.
 */
final class ObjectUpload {

    private final ObjectStore store;
    private final S3Http http;
    private final S3Api api;

    ObjectUpload(ObjectStore store, S3Http http, S3Api api) {
        this.store = store;
        this.http = http;
        this.api = api;
    }

    void send(S3Uri object, LocalFile file) {
        if (file.parts().size() > 1) {
            sendParts(object, file);
            return;
        }
        String what = "Writing " + object;
        store.call(what, () -> {
            FileSlice body = new FileSlice(file.path(), 0, file.size());
            try (Response response = store.exchange(
                    what, object, () -> http.put(object, body, file.sha256().hex(), false))) {
                return ObjectStore.requireStored(response);
            }
        });
    }

    private void sendParts(S3Uri object, LocalFile file) {
        String what = "Writing " + object;
        CreateMultipartUploadArgs begin = CreateMultipartUploadArgs.builder()
                .bucket(object.bucket())
                .object(object.key())
                .build();
        String uploadId = store.call(
                what,
                () -> store.await(what, object, api.createMultipartUpload(begin))
                        .result()
                        .uploadId());
        boolean done = false;
        try {
            Part[] parts = new Part[file.parts().size()];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = sendPart(object, file, uploadId, i);
            }
            CompleteMultipartUploadArgs complete = CompleteMultipartUploadArgs.builder()
                    .bucket(object.bucket())
                    .object(object.key())
                    .uploadId(uploadId)
                    .parts(parts)
                    .build();
            store.call(what, () -> store.await(what, object, api.completeMultipartUpload(complete)));
            done = true;
        } finally {
            if (!done) {
                giveUp(object, uploadId);
            }
        }
    }

    private Part sendPart(S3Uri object, LocalFile file, String uploadId, int index) {
        String what = "Writing part " + (index + 1) + " of " + object;
        FileSlice body = new FileSlice(file.path(), index * file.partSize(), file.partLength(index));
        return store.call(what, () -> {
            try (Response response = store.exchange(
                    what,
                    object,
                    () -> http.putPart(
                            object,
                            uploadId,
                            index + 1,
                            body,
                            file.parts().get(index).hex()))) {
                return new Part(index + 1, ObjectStore.requireStored(response));
            }
        });
    }

    /** Best effort: the failure that led here is the one to tell. */
    private void giveUp(S3Uri object, String uploadId) {
        api.abortMultipartUpload(AbortMultipartUploadArgs.builder()
                        .bucket(object.bucket())
                        .object(object.key())
                        .uploadId(uploadId)
                        .build())
                .exceptionally(e -> null)
                .join();
    }
}
