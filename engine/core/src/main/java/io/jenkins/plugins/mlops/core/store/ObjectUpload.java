package io.jenkins.plugins.mlops.core.store;

import okhttp3.Response;

/**
 * Sends a file. A large one goes in parts, one after the other; when that breaks off, the upload is given up so that the store
 * keeps no unseen parts. Only a completed upload becomes visible. Memory is one buffer, whatever the size.
 */
final class ObjectUpload {

    private final ObjectStore store;
    private final S3Http http;

    ObjectUpload(ObjectStore store, S3Http http) {
        this.store = store;
        this.http = http;
    }

    void send(S3Uri object, LocalFile file) {
        if (file.isLarge()) {
            sendParts(object, file);
            return;
        }
        String what = "Writing " + object;
        store.call(what, () -> {
            FileSlice body = new FileSlice(file.path(), 0, file.size(), null);
            try (Response response = store.exchange(
                    what, object, () -> http.put(object, body, file.sha256().hex(), false))) {
                return ObjectStore.requireStored(response);
            }
        });
    }

    private void sendParts(S3Uri object, LocalFile file) {
        PartsUpload upload = store.beginParts(object, file);
        boolean done = false;
        try {
            upload.missing().forEach(upload::send);
            complete(upload, object, file);
            done = true;
        } finally {
            if (!done) {
                upload.abort();
            }
        }
    }

    /** An upload that is gone when it is completed again was completed: the answer to the first time was lost. */
    private void complete(PartsUpload upload, S3Uri object, LocalFile file) {
        try {
            upload.complete();
        } catch (UploadGoneException e) {
            if (store.stat(object).filter(there -> there.size() == file.size()).isEmpty()) {
                throw e;
            }
        }
    }
}
