package io.jenkins.plugins.mlops.core.bitbucket;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.regex.Pattern;

/**
 * A repository of one server.
 *
 * @param project Data Center: the project's key, {@code ~user} for a personal one; Cloud: the workspace
 * @param slug the repository's name as it stands in addresses
 */
public record RepositoryId(String project, String slug) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_~{}-][A-Za-z0-9_.~{}-]{0,254}");

    /** @throws MlopsException of kind USAGE when one of the names is none */
    public RepositoryId {
        check("project or workspace", project);
        check("repository", slug);
    }

    /**
     * Reads {@code PROJECT/repository} or {@code workspace/repository}.
     *
     * @throws MlopsException of kind USAGE when it has another form
     */
    public static RepositoryId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw MlopsException.usage("'" + text + "' names no Bitbucket repository: PROJECT/repository is wanted,"
                    + " or workspace/repository for Cloud");
        }
        return new RepositoryId(text.substring(0, slash), text.substring(slash + 1));
    }

    private static void check(String what, String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw MlopsException.usage("'" + name + "' is no name of a Bitbucket " + what
                    + ": letters, digits, '-', '_', '.' and '~' are wanted, as they stand in its address");
        }
    }

    @Override
    public String toString() {
        return project + "/" + slug;
    }
}
