package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.digest.Digest;

/**
 * Someone outside who wants to know of every record: an evidence store, a catalogue of metadata. A record may be handed over more than
 * once, with the same digest, after a crash; receivers keep it once.
 */
public interface RecordReceiver extends AutoCloseable {

    /** Names it in the outbox: letters, digits and hyphens, the same from run to run. */
    String name();

    /**
     * Takes a record.
     *
     * @param record the digest of the bytes, which names the record
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind UNREACHABLE when a later try may succeed, which
     *     keeps the records after this one waiting too; of another kind when this record is not wanted as it is
     */
    void receive(Digest record, byte[] bytes, Statement statement);

    /** Gives back what it holds; called once, by who made it. */
    @Override
    default void close() {}
}
