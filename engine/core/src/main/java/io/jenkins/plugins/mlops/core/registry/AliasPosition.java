package io.jenkins.plugins.mlops.core.registry;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Where an alias stands, once what had been interrupted was finished. What it says was true when it was read. */
interface AliasPosition {

    /** The version it points to, null for none. */
    ModelVersion current();

    /** The version to which a writer of ours moved it last, null for none. */
    Integer recorded();

    /** Whether someone who does not keep the protocol moved or removed it since. */
    boolean isForeign();

    /** What speaks against going on from here, each half a sentence. */
    List<String> objections();

    /** The move of ours that brought it to {@link #current}. */
    AliasMove made(List<String> notes);

    /** The rollback that left that version for {@link #current}; empty when there was none. @param from 0 for none */
    Optional<AliasMove> rolledBackFrom(int from);

    /** The version to which a rollback returns, null for none. */
    Integer before();

    /**
     * Moves it.
     *
     * @param notes are extended by what is met on the way, and are the result's
     * @throws io.jenkins.plugins.mlops.core.MlopsException of kind REFUSED when another writer was faster
     */
    AliasMove move(PlannedMove move, List<String> notes);

    default Integer currentVersion() {
        return current() == null ? null : current().version();
    }

    /** A writer of ours moved it to where it is, or there is none. */
    default boolean isOurs() {
        return Objects.equals(recorded(), currentVersion());
    }
}
