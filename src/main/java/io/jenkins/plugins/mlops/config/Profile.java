package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Util;
import hudson.model.Describable;
import io.jenkins.plugins.mlops.core.MlopsException;

/**
 * What an administrator lets the steps use, under a name. Whatever was typed is kept as it is, so that a form or a file can be mended;
 * {@link #check} is what the configuration asks before it takes a profile over.
 *
 * @param <P> the profile's own class
 */
public abstract class Profile<P extends Profile<P>> implements Describable<P> {

    private final String name;

    Profile(@CheckForNull String name) {
        this.name = Util.fixEmptyAndTrim(name);
    }

    public String getName() {
        return name;
    }

    /** What it is, for sentences: "object store 'minio'". */
    @NonNull
    abstract String label();

    /** @throws MlopsException of kind USAGE when the profile cannot be used as it is */
    void check() {
        new ProfileName(name);
    }
}
