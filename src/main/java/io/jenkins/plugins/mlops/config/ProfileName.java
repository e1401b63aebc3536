package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.regex.Pattern;

/** The name of a profile, as Jenkinsfiles, logs and configuration as code write it: without quoting, in any of them. */
record ProfileName(String text) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** @throws MlopsException of kind USAGE when it is none */
    ProfileName(@CheckForNull String text) {
        if (text == null || text.isBlank()) {
            throw MlopsException.usage("A profile needs a name, by which Jenkinsfiles choose it");
        }
        if (!NAME.matcher(text).matches()) {
            throw MlopsException.usage(
                    "'" + text + "' is no name of a profile: 1 to 64 letters, digits, dots, hyphens and"
                            + " underscores are wanted, of which the first is a letter or digit");
        }
        this.text = text;
    }

    @NonNull
    static MlopsException taken(String text) {
        return MlopsException.usage("The name '" + text + "' is given twice: a profile is found by its name alone");
    }
}
