package io.jenkins.plugins.mlops.core.rerun;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;

/**
 * One thing that goes into a training, before and now.
 *
 * @param name for people, such as {@code training dataset}
 * @param recorded what went in; null for nothing
 * @param planned what will go in; null for nothing
 * @param origin where the planned value comes from, a phrase
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record RerunInput(String name, String recorded, String planned, String origin) {

    @JsonIgnore
    public boolean isChanged() {
        return !Objects.equals(recorded, planned);
    }
}
