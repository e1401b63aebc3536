package io.jenkins.plugins.mlops.cli.evidence;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.Journal;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.VerificationKey;
import io.jenkins.plugins.mlops.core.store.BucketProtection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How an evidence store is; the JSON document of {@code init} and {@code status}.
 *
 * @param entries of its log
 * @param head digest of the log's newest entry
 * @param protection null for a directory, which protects nothing
 * @param signingKey id of the key that signs here, null for none
 * @param trustedKeys ids of the keys that are believed here
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record EvidenceStatus(
        String location,
        String id,
        Instant createdOn,
        long entries,
        Digest head,
        BucketProtection protection,
        String signingKey,
        List<String> trustedKeys) {

    static EvidenceStatus of(EvidenceStore store) {
        Optional<Journal.Entry> last = store.log().last();
        SigningKey signing = store.keys().signing();
        return new EvidenceStatus(
                store.location(),
                store.marker().id(),
                store.marker().createdOn(),
                last.map(Journal.Entry::number).orElse(0L),
                last.map(Journal.Entry::digest).orElse(null),
                store.protection().orElse(null),
                signing == null ? null : signing.id(),
                store.keys().trusted().keys().stream().map(VerificationKey::id).toList());
    }

    String text() {
        return "Evidence store " + location + "\n"
                + "  id         " + id + ", made on " + createdOn + "\n"
                + "  log        " + entries + (entries == 1 ? " entry" : " entries") + ", the newest is " + head + "\n"
                + "  protection " + protectionText() + "\n"
                + "  signed by  " + (signingKey == null ? "nobody: no signing key is named" : "key " + signingKey)
                + "\n"
                + "  trusted    " + (trustedKeys.isEmpty() ? "no key" : String.join(", ", trustedKeys)) + "\n";
    }

    private String protectionText() {
        if (protection == null) {
            return "a directory: whoever may write to it may delete from it";
        }
        String locked = protection.retention() != null
                ? "each new object is locked, " + protection.retention()
                : switch (protection.objectLock()) {
                    case ON -> "object lock without a default retention, so nothing is locked";
                    case OFF -> "no object lock";
                    case UNKNOWN -> "object lock unknown";
                };
        return switch (protection.versioning()) {
            case ON -> "versioning, " + locked;
            case OFF -> "no versioning, " + locked + ": whoever may delete there leaves no trace but in the log";
            case UNKNOWN -> "versioning unknown, " + locked;
        };
    }
}
