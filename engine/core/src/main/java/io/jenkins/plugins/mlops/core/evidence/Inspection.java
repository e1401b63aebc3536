package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.signature.Envelope;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What an object's bytes alone tell: whether they are what its name promises.
 *
 * @param problem what is wrong, null for nothing
 * @param signers for an envelope, the ids of the trusted keys whose signatures hold
 */
record Inspection(String problem, Set<String> signers) {

    static Inspection of(Layout.Name name, byte[] bytes, TrustedKeys trusted) {
        try {
            return switch (name.room()) {
                case Layout.RECORDS -> record(name, bytes);
                case Layout.MANIFESTS -> manifest(name, bytes);
                default -> envelope(name, bytes, trusted);
            };
        } catch (MlopsException e) {
            return problem(e.getMessage());
        }
    }

    private static Inspection problem(String problem) {
        return new Inspection(problem, Set.of());
    }

    private static Inspection record(Layout.Name name, byte[] bytes) {
        Digest digest = Digest.of(bytes);
        if (!digest.equals(name.digest())) {
            return problem("its bytes have the digest " + digest + ", not the one that names it");
        }
        Statement.parse(bytes, "it");
        return problem(null);
    }

    private static Inspection manifest(Layout.Name name, byte[] bytes) {
        Digest content =
                Manifest.read(new String(bytes, StandardCharsets.UTF_8), "it").content();
        return problem(
                content.equals(name.digest())
                        ? null
                        : "its files have the content id " + content + ", not the one that names it");
    }

    private static Inspection envelope(Layout.Name name, byte[] bytes, TrustedKeys trusted) {
        Envelope envelope = Envelope.parse(bytes, "it");
        Digest record = Digest.of(envelope.payload());
        if (!envelope.payloadType().equals(Envelope.IN_TOTO)) {
            return problem("it is an envelope of " + envelope.payloadType() + ", not of a record");
        }
        if (!record.equals(name.digest())) {
            return problem("it is the envelope of " + record + ", not of the record that names it");
        }
        Set<String> signers = envelope.signers(trusted);
        if (trusted.byId(name.keyId()).isPresent() && !signers.contains(name.keyId())) {
            return problem("it has no signature by " + trusted.describe(name.keyId()) + " that holds");
        }
        return new Inspection(null, signers);
    }
}
