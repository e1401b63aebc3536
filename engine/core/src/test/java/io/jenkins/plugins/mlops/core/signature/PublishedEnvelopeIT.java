package io.jenkins.plugins.mlops.core.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Envelopes and keys of ours and of the Python package {@code cryptography}, in the environment that {@code MLOPS_TEST_VENV}
 * names: each side makes keys, signs, and verifies what the other one signed.
 */
class PublishedEnvelopeIT {

    private static final String SCRIPT = """
            import base64, hashlib, json, pathlib, sys
            from cryptography.hazmat.primitives import hashes, serialization as s
            from cryptography.hazmat.primitives.asymmetric import ec, ed25519

            def pae(kind, body):
                kind = kind.encode()
                return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)

            def spki(key):
                return key.public_bytes(s.Encoding.DER, s.PublicFormat.SubjectPublicKeyInfo)

            here = pathlib.Path(sys.argv[1])
            for name in ("ed25519", "p256"):
                envelope = json.loads((here / (name + ".json")).read_text())
                body = base64.b64decode(envelope["payload"])
                assert body == (here / "payload").read_bytes()
                key = s.load_pem_private_key((here / (name + ".pem")).read_bytes(), None).public_key()
                signature = envelope["signatures"][0]
                assert signature["keyid"] == hashlib.sha256(spki(key)).hexdigest()
                sig = base64.b64decode(signature["sig"])
                message = pae(envelope["payloadType"], body)
                if name == "p256":
                    key.verify(sig, message, ec.ECDSA(hashes.SHA256()))
                else:
                    key.verify(sig, message)
            for name in ("ed25519", "p256"):
                ecdsa = name == "p256"
                key = ec.generate_private_key(ec.SECP256R1()) if ecdsa else ed25519.Ed25519PrivateKey.generate()
                (here / ("python-" + name + ".pem")).write_bytes(key.private_bytes(
                    s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
                (here / ("python-" + name + ".pub")).write_bytes(key.public_key().public_bytes(
                    s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
                body = (here / "payload").read_bytes()
                message = pae("application/vnd.in-toto+json", body)
                sig = key.sign(message, ec.ECDSA(hashes.SHA256())) if ecdsa else key.sign(message)
                (here / ("python-" + name + ".json")).write_text(json.dumps({
                    "payload": base64.urlsafe_b64encode(body).decode(), "payloadType": "application/vnd.in-toto+json",
                    "signatures": [{"sig": base64.b64encode(sig).decode()}]}))
            """;

    @TempDir
    private Path directory;

    @Test
    void eachSideVerifiesWhatTheOtherOneSigned() throws IOException, InterruptedException {
        String environment = System.getenv("MLOPS_TEST_VENV");
        assumeTrue(
                environment != null,
                "MLOPS_TEST_VENV names no Python environment with cryptography: run testing/servers start, then env");
        byte[] payload = "{\"name\": \"\u00e4\"}\n".getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve("payload"), payload);
        for (SigningKey key : new SigningKey[] {
            Keys.ed25519(directory.resolve("ed25519.pem")), Keys.p256(directory.resolve("p256.pem"))
        }) {
            Files.write(
                    directory.resolve(key.publicKey().name().replace(".pem", ".json")),
                    Envelope.sign(Envelope.IN_TOTO, payload, key).toBytes());
        }
        Process process = new ProcessBuilder(environment + "/bin/python", "-c", SCRIPT, directory.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        for (String name : new String[] {"python-ed25519", "python-p256"}) {
            Envelope envelope = Envelope.parse(Files.readAllBytes(directory.resolve(name + ".json")), name);
            TrustedKeys trusted = TrustedKeys.read(directory.resolve(name + ".pub"));
            assertThat(envelope.payload()).isEqualTo(payload);
            assertThat(envelope.signers(trusted))
                    .containsExactly(
                            SigningKey.read(directory.resolve(name + ".pem")).id());
        }
    }
}
