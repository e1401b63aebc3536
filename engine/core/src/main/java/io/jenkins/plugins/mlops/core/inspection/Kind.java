package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonValue;

/** What a check looks for. */
public enum Kind {
    UNREADABLE("unreadable", "images that cannot be decoded", Needs.IMAGES),
    NOT_DECODED("notDecoded", "images that this check cannot decode", Needs.IMAGES),
    WRONG_IMAGES("wrongImages", "images of another size, format or number of channels than wanted", Needs.IMAGES),
    EMPTY("empty", "empty files", Needs.LIST),
    NOT_FILES("notFiles", "links and special files, which are not looked at", Needs.LIST),
    IMAGES_WITHOUT_LABELS("imagesWithoutLabels", "images without labels", Needs.LABELS),
    LABELS_WITHOUT_IMAGES("labelsWithoutImages", "labels without images", Needs.LABELS),
    BAD_LABELS("badLabels", "malformed labels and labels out of range", Needs.LABELS),
    SMALL_CLASSES("smallClasses", "classes with too few images", Needs.LABELS),
    DUPLICATES("duplicates", "files with the bytes of another", Needs.LIST),
    NEAR_DUPLICATES("nearDuplicates", "images that look like another", Needs.NEAR),
    LEAKED_CONTENT("leakedContent", "files whose bytes are in the other set too", Needs.OTHER),
    LEAKED_NEAR("leakedNear", "images that look like one of the other set", Needs.OTHER_NEAR),
    LEAKED_GROUPS("leakedGroups", "groups that are in the other set too", Needs.OTHER_GROUPS);

    /** What must be known for it. */
    enum Needs {
        /** Which files there are. */
        LIST,
        /** The images' bytes. */
        IMAGES,
        /** The images' labels, and for most of it their bytes. */
        LABELS,
        /** That images are compared by looks. */
        NEAR,
        /** Another set. */
        OTHER,
        /** Another set that is compared by looks. */
        OTHER_NEAR,
        /** Another set, and which group files are in. */
        OTHER_GROUPS
    }

    private final String key;
    private final String words;
    private final Needs needs;

    Kind(String key, String words, Needs needs) {
        this.key = key;
        this.words = words;
        this.needs = needs;
    }

    /** Its key among a schema's limits and in reports. */
    @JsonValue
    public String key() {
        return key;
    }

    /** What is counted, for people. */
    public String words() {
        return words;
    }

    Needs needs() {
        return needs;
    }

    /** How many are allowed where nobody says. Data that looks alike may be meant so. */
    Limit byDefault() {
        return this == NEAR_DUPLICATES ? Limit.ANY : Limit.NONE;
    }
}
