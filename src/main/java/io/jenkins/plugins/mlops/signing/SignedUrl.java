package io.jenkins.plugins.mlops.signing;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.IOException;
import java.io.ObjectOutputStream;
import org.jenkinsci.remoting.SerializableOnlyOverRemoting;

/** The controller's answer to a {@link SigningRequest}. Immutable; it refuses to be persisted, as a URL is worth its request. */
final class SignedUrl implements SerializableOnlyOverRemoting {

    private static final long serialVersionUID = 1L;

    final long id;

    @CheckForNull
    final String url;

    /** Why there is no URL, a sentence. */
    @CheckForNull
    final String refusal;

    SignedUrl(long id, @CheckForNull String url, @CheckForNull String refusal) {
        this.id = id;
        this.url = url;
        this.refusal = refusal;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        getChannelForSerialization();
        out.defaultWriteObject();
    }
}
