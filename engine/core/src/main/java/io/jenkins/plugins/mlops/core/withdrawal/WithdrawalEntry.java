package io.jenkins.plugins.mlops.core.withdrawal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * The body of an entry in the journal of withdrawals. What this version does not understand is refused, never passed over: it may
 * withdraw something.
 *
 * @param digests of files, datasets or models; empty in an end
 * @param ends the number of the withdrawal that ends; null in an addition
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record WithdrawalEntry(
        @JsonProperty(required = true) String schema,
        @JsonProperty(required = true) Action action,
        List<Digest> digests,
        List<String> groups,
        Long ends,
        @JsonProperty(required = true) String reason,
        @JsonProperty(required = true) String by,
        @JsonProperty(required = true) Instant at) {

    static final String SCHEMA = "mlops-withdrawal/1";

    private static final int MAX_GROUP = 1024;

    /** What an entry does. */
    enum Action {
        ADD,
        END;

        @JsonValue
        String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    WithdrawalEntry {
        if (!SCHEMA.equals(schema)) {
            throw MlopsException.usage("the schema '" + schema + "' is not known: " + SCHEMA
                    + " is what this version reads, use a newer mlops");
        }
        if (action == null || at == null) {
            throw MlopsException.usage("an entry has action and at, none of them null");
        }
        requireText(reason, "reason");
        requireText(by, "by");
        digests = digests == null
                ? List.of()
                : digests.stream().distinct().sorted().toList();
        groups =
                groups == null ? List.of() : groups.stream().distinct().sorted().toList();
        for (String group : groups) {
            if (group.isBlank() || group.length() > MAX_GROUP) {
                throw MlopsException.usage("a group's name has 1 to " + MAX_GROUP + " characters");
            }
        }
        boolean names = !digests.isEmpty() || !groups.isEmpty();
        if (action == Action.ADD && (!names || ends != null)) {
            throw MlopsException.usage("a withdrawal names digests or groups, and ends none");
        }
        if (action == Action.END && (names || ends == null || ends < 1)) {
            throw MlopsException.usage("an end names the withdrawal that ends, and nothing else");
        }
        at = at.truncatedTo(ChronoUnit.SECONDS);
    }

    static WithdrawalEntry add(List<Digest> digests, List<String> groups, String reason, String by, Instant at) {
        return new WithdrawalEntry(SCHEMA, Action.ADD, digests, groups, null, reason, by, at);
    }

    static WithdrawalEntry end(long number, String reason, String by, Instant at) {
        return new WithdrawalEntry(SCHEMA, Action.END, null, null, number, reason, by, at);
    }

    private static void requireText(String text, String what) {
        if (text == null || text.isBlank()) {
            throw MlopsException.usage("an entry says " + what + ", not nothing");
        }
    }
}
