package io.jenkins.plugins.mlops.core.evidence;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Objects that are written once, and then only read. Of several writers of one name exactly one succeeds, whatever machines
 * they are on: this is the one primitive on which journals and promotions rest. Names are relative paths of letters, digits,
 * {@code . _ - /}. Thread-safe. Every method fails with an {@link MlopsException}.
 */
public interface WriteOnce {

    /** More than this is no object of ours, bytes. */
    int MAX_BYTES = 256 * 1024 * 1024;
    /** Names that one call gives at most. */
    int PAGE = 1000;

    /**
     * Adds an object, unless the name is taken.
     *
     * @return whether the object now has these bytes: true also when an earlier call wrote the same, so that a call whose answer
     *     was lost can be made again
     */
    boolean add(String name, byte[] bytes);

    /** The bytes of an object; empty when there is none of that name. */
    Optional<byte[]> read(String name);

    /** Whether there is an object of that name. */
    boolean exists(String name);

    /** The bytes of several objects, in the order of their names. */
    default List<Optional<byte[]>> readAll(List<String> names) {
        return names.stream().map(this::read).toList();
    }

    /**
     * Names that begin with the prefix and come after the given one, in the order of their UTF-8 bytes.
     *
     * @param after need not exist; empty for the first
     * @param limit how many at most, 1 to 1000
     */
    List<String> names(String prefix, String after, int limit);

    /** Hands on every name that begins with the prefix, in the order of {@link #names}. */
    default void each(String prefix, Consumer<String> visitor) {
        String after = "";
        List<String> page;
        do {
            page = names(prefix, after, PAGE);
            page.forEach(visitor);
            after = page.isEmpty() ? after : page.get(page.size() - 1);
        } while (page.size() == PAGE);
    }

    /** Where it is, for people. */
    String location();
}
