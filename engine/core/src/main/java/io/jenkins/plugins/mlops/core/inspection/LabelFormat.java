package io.jenkins.plugins.mlops.core.inspection;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a set says what is on its images. */
public enum LabelFormat {
    /** The class is the name of the directory that the image is in. */
    DIRECTORY,
    /** A text beside each image, a line an object: class number and box, or outline. */
    YOLO,
    /** An XML document beside each image, of Pascal VOC. */
    VOC,
    /** JSON documents with images, annotations and categories. */
    COCO,
    /** Tables with a row for each image. */
    CSV,
    /** Not at all. */
    NONE;

    @JsonValue
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
