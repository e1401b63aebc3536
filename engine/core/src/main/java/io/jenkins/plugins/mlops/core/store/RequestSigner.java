package io.jenkins.plugins.mlops.core.store;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/**
 * Signs requests for somebody who has no keys of the object store. Thread-safe; a call may take as long as an answer from
 * elsewhere does, and ends when its thread is interrupted.
 */
public interface RequestSigner {

    /**
     * A URL at the store's endpoint that makes this request, and no other, for a while.
     *
     * @param refused a URL for it that the store has refused, perhaps since its time was over; null when there is none
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED when the request may not be made
     */
    URI sign(StoreRequest request, URI refused) throws IOException;

    /**
     * Announces which objects are going to be read, mostly in this order, so that their URLs can be had before they are needed.
     *
     * @param numbers by which the signer knows them, one for each
     */
    default void expect(List<ObjectPin> objects, int[] numbers) {}
}
