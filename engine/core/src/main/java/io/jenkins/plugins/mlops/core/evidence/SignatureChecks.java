package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks single records against an evidence store: whether they are there, byte for byte, and who signed them. */
public final class SignatureChecks {

    private final EvidenceStore evidence;
    private final TrustedKeys trusted;
    private final boolean signed;

    /**
     * @param signed whether a record without a trusted signature fails
     * @throws MlopsException of kind USAGE when signatures are demanded and no key is trusted
     */
    public SignatureChecks(EvidenceStore evidence, boolean signed) {
        this.evidence = evidence;
        this.trusted = evidence.keys().trusted();
        this.signed = signed;
        if (signed && trusted.isEmpty()) {
            throw MlopsException.usage("Signatures are demanded, and no key is trusted: give --trusted-keys");
        }
    }

    /** Two checks a record. */
    public List<Check> of(Collection<Digest> records) {
        List<Check> checks = new ArrayList<>();
        for (Digest record : records) {
            checks.add(kept(record));
            checks.addAll(signatures(record));
        }
        return checks;
    }

    private Check kept(Digest record) {
        Optional<byte[]> there = evidence.record(record);
        if (there.isEmpty()) {
            return new Check(
                    "evidence",
                    record.toString(),
                    signed ? Outcome.FAILED : Outcome.UNKNOWN,
                    "the evidence store does not have it");
        }
        boolean same = Digest.of(there.get()).equals(record);
        return new Check(
                "evidence",
                record.toString(),
                same ? Outcome.OK : Outcome.FAILED,
                same
                        ? "the evidence store has it, byte for byte"
                        : "the evidence store has other bytes under its name");
    }

    private List<Check> signatures(Digest record) {
        List<Check> checks = new ArrayList<>();
        Set<String> signers = new TreeSet<>();
        Set<String> strangers = new TreeSet<>();
        for (String object : evidence.objects().names(Layout.envelopes(record), "", WriteOnce.PAGE)) {
            Layout.Name name = Layout.parse(object).orElse(null);
            byte[] bytes = name == null ? null : evidence.objects().read(object).orElse(null);
            if (bytes != null) {
                Inspection inspection = Inspection.of(name, bytes, trusted);
                if (inspection.problem() != null) {
                    checks.add(new Check("envelope", object, Outcome.FAILED, inspection.problem()));
                } else if (inspection.signers().isEmpty()) {
                    strangers.add(name.keyId());
                }
                signers.addAll(inspection.signers());
            }
        }
        checks.add(signature(record, signers, strangers));
        return checks;
    }

    private Check signature(Digest record, Set<String> signers, Set<String> strangers) {
        if (!signers.isEmpty()) {
            return new Check(
                    "signature",
                    record.toString(),
                    Outcome.OK,
                    "signed by " + signers.stream().map(trusted::describe).collect(Collectors.joining(" and ")));
        }
        String detail;
        if (strangers.isEmpty()) {
            detail = "nobody has signed it";
        } else if (trusted.isEmpty()) {
            detail = "it has signatures, but no key is trusted: give --trusted-keys";
        } else {
            detail = "it is signed by keys that are not trusted: " + String.join(", ", strangers);
        }
        return new Check("signature", record.toString(), signed ? Outcome.FAILED : Outcome.UNKNOWN, detail);
    }
}
