package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.signature.Envelope;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * DSSE envelopes of the type in-toto around records, in a directory of their own beside the bare records, under the same names. A
 * record's envelope is written before the record, so that no record that was to be signed stands without one.
 */
record RecordSignatures(StoreFiles files, Supplier<Optional<SigningKey>> signing) {

    /** Signs where a key is there, unless that key has signed it already. */
    void sign(Digest record, byte[] bytes) {
        signing.get().ifPresent(key -> {
            if (!signers(record, TrustedKeys.none().with(key.publicKey())).contains(key.id())) {
                files.replace(
                        record, Envelope.sign(Envelope.IN_TOTO, bytes, key).toBytes());
            }
        });
    }

    /** None when there is no envelope, or a broken one, or one around something else. */
    Set<String> signers(Digest record, TrustedKeys trusted) {
        Path file = files.file(record);
        try {
            Envelope envelope = Envelope.parse(Files.readAllBytes(file), "the signature " + file);
            return envelope.payloadType().equals(Envelope.IN_TOTO)
                            && Digest.of(envelope.payload()).equals(record)
                    ? envelope.signers(trusted)
                    : Set.of();
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (IOException e) {
            throw MlopsException.failed("The signature " + file + " cannot be read: " + e, e);
        } catch (MlopsException e) {
            return Set.of();
        }
    }
}
