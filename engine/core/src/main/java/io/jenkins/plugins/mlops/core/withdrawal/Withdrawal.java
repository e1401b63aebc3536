package io.jenkins.plugins.mlops.core.withdrawal;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One withdrawal: data that may not be used from now on, in whatever dataset or model it is.
 *
 * @param number of its entry in the journal, by which it is ended
 * @param digests of files, or content ids of datasets or models as a whole
 * @param groups of files, such as recordings
 * @param by who withdrew it
 * @param signers ids of the trusted keys that signed it; a withdrawal counts without any
 * @param ends what was said of its end, in order
 */
public record Withdrawal(
        long number,
        Set<Digest> digests,
        Set<String> groups,
        String reason,
        String by,
        Instant at,
        Set<String> signers,
        List<End> ends) {

    /**
     * That a withdrawal no longer holds.
     *
     * @param number of its entry in the journal
     * @param believed whether it counts: not when keys are trusted and none of them signed it
     */
    public record End(long number, String reason, String by, Instant at, Set<String> signers, boolean believed) {
        public End {
            signers = Set.copyOf(signers);
        }
    }

    public Withdrawal {
        digests = Set.copyOf(digests);
        groups = Set.copyOf(groups);
        signers = Set.copyOf(signers);
        ends = List.copyOf(ends);
    }

    /** Whether the data may not be used. */
    @JsonProperty
    public boolean inForce() {
        return ends.stream().noneMatch(End::believed);
    }

    /** As a part of a sentence. */
    @Override
    public String toString() {
        return "withdrawal " + number + " by " + by + " at " + at + ": " + reason;
    }

    /** What is withdrawn, for people: groups first. */
    public List<String> items() {
        TreeSet<String> hashes = new TreeSet<>();
        digests.forEach(digest -> hashes.add(digest.toString()));
        return Stream.concat(new TreeSet<>(groups).stream(), hashes.stream()).toList();
    }
}
