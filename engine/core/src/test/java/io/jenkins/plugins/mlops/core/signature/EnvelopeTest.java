package io.jenkins.plugins.mlops.core.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {

    private static final String TYPE = Envelope.IN_TOTO;
    private static final byte[] PAYLOAD = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    /** The vectors that the DSSE project publishes, with the two keys of RFC 8032, 7.1. */
    private static List<JsonNode> vectors() throws IOException {
        JsonNode file = Documents.json().readTree(EnvelopeTest.class.getResourceAsStream("dsse-vectors.json"));
        return StreamSupport.stream(file.get("vectors").spliterator(), false).toList();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void thePublishedVectorsHold(JsonNode vector) throws IOException {
        JsonNode keys = Documents.json()
                .readTree(EnvelopeTest.class.getResourceAsStream("dsse-vectors.json"))
                .get("keys");
        TrustedKeys trusted =
                TrustedKeys.of(StreamSupport.stream(vector.get("trustedKeys").spliterator(), false)
                        .map(id -> ed25519(keys.get(id.asText()).asText(), id.asText()))
                        .toList());
        byte[] json = vector.get("envelope").toString().getBytes(StandardCharsets.UTF_8);
        assertThat(accepts(json, trusted, vector))
                .isEqualTo(vector.get("accept").asBoolean());
    }

    private static boolean accepts(byte[] json, TrustedKeys trusted, JsonNode vector) {
        try {
            Envelope envelope = Envelope.parse(json, "a vector");
            assertThat(HexFormat.of().formatHex(Envelope.encode(envelope.payloadType(), envelope.payload())))
                    .isEqualTo(vector.get("pae").asText());
            return envelope.signers(trusted).size() >= vector.get("threshold").asInt();
        } catch (MlopsException e) {
            return false;
        }
    }

    private static VerificationKey ed25519(String hex, String name) {
        return VerificationKey.of(SignatureAlgorithm.ED25519.spki(HexFormat.of().parseHex(hex)), name);
    }

    @Test
    void theExampleOfTheProtocolHolds() {
        byte[] point = new byte[64];
        number("46950820868899156662930047687818585632848591499744589407958293238635476079160", point, 0);
        number("5640078356564379163099075877009565129882514886557779369047442380624545832820", point, 32);
        VerificationKey key = VerificationKey.of(SignatureAlgorithm.ECDSA_P256.spki(point), "example");
        Envelope envelope = Envelope.parse(
                ("{\"payload\": \"aGVsbG8gd29ybGQ=\", \"payloadType\": \"http://example.com/HelloWorld\", \"signatures\":"
                                + " [{\"sig\": \"A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==\"}]}")
                        .getBytes(StandardCharsets.UTF_8),
                "the example");
        assertThat(new String(Envelope.encode(envelope.payloadType(), envelope.payload()), StandardCharsets.UTF_8))
                .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assertThat(envelope.signers(TrustedKeys.of(List.of(key)))).containsExactly(key.id());
    }

    private static void number(String decimal, byte[] into, int offset) {
        byte[] bytes = new BigInteger(decimal).toByteArray();
        int from = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, from, into, offset + 32 - (bytes.length - from), bytes.length - from);
    }

    @Test
    void eachAlgorithmSignsAndBothTogether() {
        SigningKey one = Keys.ed25519(directory.resolve("one.pem"));
        SigningKey two = Keys.p256(directory.resolve("two.pem"));
        Envelope envelope =
                Envelope.parse(Envelope.sign(TYPE, PAYLOAD, one, two).toBytes(), "it");
        assertThat(envelope.payload()).isEqualTo(PAYLOAD);
        assertThat(envelope.claimedSigners()).containsExactly(one.id(), two.id());
        assertThat(envelope.signers(TrustedKeys.of(List.of(one.publicKey(), two.publicKey()))))
                .containsExactly(one.id(), two.id());
        assertThat(envelope.signers(TrustedKeys.of(List.of(two.publicKey())))).containsExactly(two.id());
        assertThat(envelope.signers(TrustedKeys.none())).isEmpty();
    }

    @Test
    void noByteCanBeChanged() throws IOException {
        SigningKey key = Keys.ed25519(directory.resolve("key.pem"));
        TrustedKeys trusted = TrustedKeys.of(List.of(key.publicKey()));
        ObjectNode document = (ObjectNode)
                Documents.json().readTree(Envelope.sign(TYPE, PAYLOAD, key).toBytes());
        for (int i = 0; i < PAYLOAD.length; i++) {
            byte[] changed = PAYLOAD.clone();
            changed[i] ^= 1;
            document.put("payload", Base64.getEncoder().encodeToString(changed));
            assertThat(parse(document).signers(trusted))
                    .as("payload byte %d", i)
                    .isEmpty();
        }
        document.put("payload", Base64.getEncoder().encodeToString(PAYLOAD)).put("payloadType", TYPE + "x");
        assertThat(parse(document).signers(trusted)).isEmpty();
        document.put("payloadType", TYPE);
        assertThat(parse(document).signers(trusted)).isNotEmpty();
        ObjectNode signature = (ObjectNode) document.get("signatures").get(0);
        byte[] sig = Base64.getDecoder().decode(signature.get("sig").asText());
        for (int i = 0; i < sig.length; i++) {
            byte[] changed = sig.clone();
            changed[i] ^= 64;
            signature.put("sig", Base64.getEncoder().encodeToString(changed));
            assertThat(parse(document).signers(trusted))
                    .as("signature byte %d", i)
                    .isEmpty();
        }
        for (byte[] odd : List.of(new byte[0], Arrays.copyOf(sig, 63), Arrays.copyOf(sig, 65))) {
            signature.put("sig", Base64.getEncoder().encodeToString(odd));
            assertThat(parse(document).signers(trusted)).isEmpty();
        }
    }

    private static Envelope parse(JsonNode document) {
        return Envelope.parse(document.toString().getBytes(StandardCharsets.UTF_8), "it");
    }

    @Test
    void whoClaimsAnotherKeyGetsNothingByIt() throws IOException {
        SigningKey trusted = Keys.ed25519(directory.resolve("trusted.pem"));
        SigningKey other = Keys.ed25519(directory.resolve("other.pem"));
        ObjectNode document = (ObjectNode)
                Documents.json().readTree(Envelope.sign(TYPE, PAYLOAD, other).toBytes());
        ((ObjectNode) document.get("signatures").get(0)).put("keyid", trusted.id());
        assertThat(parse(document).signers(TrustedKeys.of(List.of(trusted.publicKey()))))
                .isEmpty();
        assertThat(parse(document).signers(TrustedKeys.of(List.of(trusted.publicKey(), other.publicKey()))))
                .as("the hint decides which key is tried")
                .isEmpty();
        ((ObjectNode) document.get("signatures").get(0)).put("keyid", "someone's own name for it");
        assertThat(parse(document).signers(TrustedKeys.of(List.of(trusted.publicKey(), other.publicKey()))))
                .isEqualTo(Set.of(other.id()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\"}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": null}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": []}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": [null]}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": [{}]}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": [{\"sig\": null}]}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": [{\"sig\": \"!\"}]}",
                "{\"payload\": \"+_AA\", \"payloadType\": \"t\", \"signatures\": [{\"sig\": \"AA==\"}]}",
                "{\"payload\": 7, \"payloadType\": \"t\", \"signatures\": [{\"sig\": \"AA==\"}]}",
                "{\"payload\": null, \"payloadType\": \"t\", \"signatures\": [{\"sig\": \"AA==\"}]}",
                "{\"payload\": \"AA==\", \"payloadType\": null, \"signatures\": [{\"sig\": \"AA==\"}]}",
                "{\"payload\": \"AA==\", \"payloadType\": \"t\", \"payload\": \"AQ==\", \"signatures\": [{\"sig\": \"AA==\"}]}"
            })
    void whatIsNoEnvelopeIsRefused(String json) {
        assertThatThrownBy(() -> Envelope.parse(json.getBytes(StandardCharsets.UTF_8), "x.json"))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("x.json");
    }

    @Test
    void aFloodOfSignaturesIsRefused() {
        String flood = "{\"sig\": \"AA==\"},".repeat(100_000);
        assertThatThrownBy(() -> Envelope.parse(
                        ("{\"payload\": \"AA==\", \"payloadType\": \"t\", \"signatures\": ["
                                        + flood.substring(0, flood.length() - 1) + "]}")
                                .getBytes(StandardCharsets.UTF_8),
                        "x.json"))
                .hasMessageContaining("100000 signatures");
    }
}
