package io.jenkins.plugins.mlops.core.signature;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A payload with signatures over it and its type, in the form of DSSE 1.0
 * (<a href="https://github.com/secure-systems-lab/dsse">protocol.md, envelope.md</a>). Immutable and thread-safe.
 */
public final class Envelope {

    /** The type of a lineage record's bytes. */
    public static final String IN_TOTO = "application/vnd.in-toto+json";

    private static final int MAX_SIGNATURES = 64;

    private final Document document;
    private final byte[] payload;

    /** @param keyid a hint alone, may be null */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Signed(
            @JsonProperty("keyid") String keyid,
            @JsonProperty(value = "sig", required = true) String sig) {}

    /** As it is written. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Document(
            @JsonProperty(value = "payload", required = true)
            String payload,

            @JsonProperty(value = "payloadType", required = true)
            String payloadType,

            @JsonProperty(value = "signatures", required = true)
            List<Signed> signatures) {}

    private Envelope(Document document, byte[] payload) {
        this.document = document;
        this.payload = payload;
    }

    /** Signs a payload. */
    public static Envelope sign(String payloadType, byte[] payload, SigningKey... keys) {
        byte[] message = encode(payloadType, payload);
        List<Signed> signatures = new ArrayList<>();
        for (SigningKey key : keys) {
            signatures.add(new Signed(key.id(), Base64.getEncoder().encodeToString(key.sign(message))));
        }
        return new Envelope(
                new Document(Base64.getEncoder().encodeToString(payload), payloadType, signatures), payload.clone());
    }

    /**
     * Reads an envelope; nothing is verified yet. Keys that DSSE does not know are skipped.
     *
     * @param origin what an error calls it
     * @throws MlopsException of kind USAGE when it is none
     */
    public static Envelope parse(byte[] json, String origin) {
        Document document = Documents.readJson(new String(json, StandardCharsets.UTF_8), origin, Document.class);
        if (document.payload() == null || document.payloadType() == null || document.signatures() == null) {
            throw MlopsException.usage(origin + " is no DSSE envelope: payload, payloadType or signatures is null");
        }
        if (document.payloadType().isEmpty()) {
            throw MlopsException.usage(origin + " is no DSSE envelope that can be read: its payloadType is empty");
        }
        if (document.signatures().isEmpty() || document.signatures().size() > MAX_SIGNATURES) {
            throw MlopsException.usage(origin + " is no DSSE envelope that can be verified: it has "
                    + document.signatures().size() + " signatures, 1 to " + MAX_SIGNATURES + " are wanted");
        }
        byte[] payload = decode(document.payload());
        if (payload == null || document.signatures().stream().anyMatch(Envelope::isBroken)) {
            throw MlopsException.usage(origin + " is no DSSE envelope: its payload or a signature is no base64");
        }
        return new Envelope(document, payload);
    }

    private static boolean isBroken(Signed signature) {
        return signature == null || signature.sig() == null || decode(signature.sig()) == null;
    }

    /** Either alphabet of RFC 4648; null when it is none. */
    private static byte[] decode(String base64) {
        try {
            boolean urlSafe = base64.indexOf('-') >= 0 || base64.indexOf('_') >= 0;
            return (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(base64);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What is signed: DSSE's PAE, {@code DSSEv1 <bytes of type> <type> <bytes of payload> <payload>}. */
    public static byte[] encode(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream message = new ByteArrayOutputStream(payload.length + type.length + 64);
        message.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
        message.writeBytes(type);
        message.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
        message.writeBytes(payload);
        return message.toByteArray();
    }

    public String payloadType() {
        return document.payloadType();
    }

    public byte[] payload() {
        return payload.clone();
    }

    /** The ids of the keys that are said to have signed; a hint that nobody checked. */
    public List<String> claimedSigners() {
        return document.signatures().stream()
                .map(signature -> signature.keyid() == null ? "" : signature.keyid())
                .toList();
    }

    /**
     * The ids of the trusted keys whose signature is among the signatures, each once. The hint only decides which key is tried: when
     * it names none of the trusted keys, all are.
     */
    public Set<String> signers(TrustedKeys trusted) {
        byte[] message = encode(payloadType(), payload);
        Set<String> signers = new LinkedHashSet<>();
        for (Signed signature : document.signatures()) {
            byte[] bytes = decode(signature.sig());
            List<VerificationKey> candidates = signature.keyid() == null
                    ? List.copyOf(trusted.keys())
                    : trusted.byId(signature.keyid()).map(List::of).orElse(List.copyOf(trusted.keys()));
            candidates.stream()
                    .filter(key -> key.verifies(message, bytes))
                    .map(VerificationKey::id)
                    .findFirst()
                    .ifPresent(signers::add);
        }
        return signers;
    }

    /** The envelope as JSON. */
    public byte[] toBytes() {
        return Documents.toJson(document).getBytes(StandardCharsets.UTF_8);
    }
}
