package io.jenkins.plugins.mlops.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;

/**
 * One thing that somebody did or tried.
 *
 * @param at ISO 8601
 * @param by id of the user, or address of the build that did it
 * @param action promote, rollback, approve or reject; reproduce, retrain-data or retrain-commit
 * @param from the build or page it was done from, by its address below Jenkins' root
 * @param step id of the step in that build, the same when it is tried again; on a page, of this one try
 * @param model the registered model; the content id of one that is trained again
 * @param alias null where none is concerned
 * @param version null when it did not get that far
 * @param previous the version that the alias pointed to before; null for none or not known
 * @param gate digest of the gate report; null without one
 * @param result {@code done}, or what was refused or failed and why
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditRecord(
        @NonNull String at,
        @NonNull String by,
        @NonNull String action,
        @NonNull String from,
        @CheckForNull String step,
        @CheckForNull String server,
        @NonNull String model,
        @CheckForNull String alias,
        @CheckForNull Integer version,
        @CheckForNull Integer previous,
        @CheckForNull String gate,
        @CheckForNull String reason,
        @NonNull String result) {

    public static final String DONE = "done";
}
