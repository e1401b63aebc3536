package io.jenkins.plugins.mlops;

import edu.umd.cs.findbugs.annotations.NonNull;
import java.nio.file.Path;
import jenkins.model.Jenkins;

/** The plugin's own directory in Jenkins' home: what belongs to no build. */
public final class ControllerDirectory {

    private ControllerDirectory() {}

    /** The part of that name; it may not exist. */
    @NonNull
    public static Path part(@NonNull String name) {
        return Jenkins.get().getRootDir().toPath().resolve("mlops").resolve(name);
    }
}
