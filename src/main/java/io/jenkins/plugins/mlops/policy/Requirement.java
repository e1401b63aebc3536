package io.jenkins.plugins.mlops.policy;

/** What a policy can require. */
public enum Requirement {
    /** Images are named by their digest. */
    IMAGE_DIGEST,
    /** The record of the model is complete. */
    LINEAGE,
    /** A gate has passed the model. */
    GATE,
    /** The model's record is signed with this controller's key. */
    SIGNED_RECORD,
    /** All datasets of the model are marked as anonymised. */
    ANONYMISED,
    /** Another person has approved the promotion. */
    APPROVAL
}
