package io.jenkins.plugins.mlops.cache;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;

/**
 * A note that a build may hold files in the cache of a node. Written as JSON, never by XStream.
 *
 * @param id of the note
 * @param build the build's externalizable id
 * @param node its name; "" is the built-in node
 * @param directory of the cache there
 * @param holder by which the cache knows it
 * @param until when the hold ends by itself
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record CacheHold(String id, String build, String node, String directory, String holder, Instant until) {

    CacheHold prolonged(Instant end) {
        return new CacheHold(id, build, node, directory, holder, end);
    }

    /** The same of a build whose job has another name now. */
    CacheHold of(String other) {
        return new CacheHold(id, other, node, directory, holder, until);
    }
}
