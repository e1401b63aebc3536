package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.signature.Envelope;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Puts entries of journals into DSSE envelopes of the type {@value #PAYLOAD_TYPE} where a signing key is there, and leaves them bare
 * without one. Opens both: what stands bare, or is signed by keys that are not trusted, has no signers.
 */
final class SignedSealing implements Sealing {

    static final String PAYLOAD_TYPE = "application/vnd.jenkins.mlops.journal+json";

    private final Keyring keys;

    SignedSealing(Keyring keys) {
        this.keys = keys;
    }

    @Override
    public byte[] seal(byte[] payload) {
        return keys.signing() == null
                ? payload
                : Envelope.sign(PAYLOAD_TYPE, payload, keys.signing()).toBytes();
    }

    @Override
    public Opened open(byte[] sealed, String origin) {
        if (!isEnvelope(sealed)) {
            return new Opened(sealed, Set.of());
        }
        Envelope envelope;
        try {
            envelope = Envelope.parse(sealed, origin);
        } catch (MlopsException e) {
            throw MlopsException.failed(e.getMessage(), e);
        }
        if (!envelope.payloadType().equals(PAYLOAD_TYPE)) {
            throw MlopsException.failed(origin + " is an envelope around something else: its payloadType is "
                    + envelope.payloadType() + ", not " + PAYLOAD_TYPE);
        }
        return new Opened(envelope.payload(), envelope.signers(keys.trusted()));
    }

    /** An entry itself has no such key. */
    private static boolean isEnvelope(byte[] sealed) {
        try {
            JsonNode document = Documents.json().readTree(new String(sealed, StandardCharsets.UTF_8));
            return document != null && document.has("payloadType");
        } catch (JsonProcessingException e) {
            return false; // the journal says what is wrong with it
        }
    }
}
