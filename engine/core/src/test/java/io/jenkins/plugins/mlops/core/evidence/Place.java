package io.jenkins.plugins.mlops.core.evidence;

import java.io.IOException;

/** Where an evidence store lies, for someone who may do anything there. */
interface Place {

    WriteOnce objects();

    /** Writes an object, whatever is there. */
    void overwrite(String name, byte[] bytes) throws IOException;

    void delete(String name) throws IOException;
}
