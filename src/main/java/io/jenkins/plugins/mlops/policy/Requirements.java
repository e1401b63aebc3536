package io.jenkins.plugins.mlops.policy;

import edu.umd.cs.findbugs.annotations.NonNull;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What the policies of a job require of it together. Nobody can override it: not the pipeline, not a reason. Immutable. */
public final class Requirements {

    private final Map<Requirement, FolderPolicy> required;

    Requirements(Iterable<FolderPolicy> policies) {
        required = new EnumMap<>(Requirement.class);
        for (FolderPolicy policy : policies) {
            for (Requirement requirement : Requirement.values()) {
                if (policy.requires(requirement)) {
                    required.putIfAbsent(requirement, policy);
                }
            }
        }
    }

    public boolean has(@NonNull Requirement requirement) {
        return required.containsKey(requirement);
    }

    /** Whose policy requires it, as the beginning of a sentence; empty when none does. */
    @NonNull
    public Optional<String> source(@NonNull Requirement requirement) {
        return Optional.ofNullable(required.get(requirement)).map(FolderPolicy::toString);
    }

    /** Images are named by their digest. */
    public boolean imageDigest() {
        return has(Requirement.IMAGE_DIGEST);
    }

    /** The record of what is promoted is complete. */
    public boolean lineage() {
        return has(Requirement.LINEAGE);
    }

    /** A gate has passed what is promoted. */
    public boolean gate() {
        return has(Requirement.GATE);
    }

    /** The record of what is promoted is signed. */
    public boolean signedRecord() {
        return has(Requirement.SIGNED_RECORD);
    }

    /** What is promoted came from anonymised data alone. */
    public boolean anonymised() {
        return has(Requirement.ANONYMISED);
    }

    /** A person other than the one who started the build and the commit's author has approved. */
    public boolean approval() {
        return has(Requirement.APPROVAL);
    }
}
