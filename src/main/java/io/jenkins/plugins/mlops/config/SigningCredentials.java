package io.jenkins.plugins.mlops.config;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Reads the signing key out of its credentials: a secret text or secret file in PEM. */
final class SigningCredentials {

    /** More than this is no key. */
    private static final int MAX_BYTES = 64 * 1024;

    private SigningCredentials() {}

    /**
     * The key.
     *
     * @param id null for none
     * @throws MlopsException of kind USAGE when the credentials do not exist or hold no key; the sentence holds nothing of it
     */
    @NonNull
    static Optional<SigningKey> find(@CheckForNull String id) {
        return ProfileCredentials.SIGNING_KEY
                .find(id, "", "signing of records", null)
                .map(found -> SigningKey.parse(pem(found), found.getId().replaceAll("[^A-Za-z0-9._-]", "_")));
    }

    private static String pem(StandardCredentials credentials) {
        if (credentials instanceof StringCredentials text) {
            return text.getSecret().getPlainText();
        }
        try (InputStream content = ((FileCredentials) credentials).getContent()) {
            return new String(content.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw MlopsException.usage(
                    "The signing key in the credentials '" + credentials.getId() + "' cannot be read: " + e, e);
        }
    }
}
