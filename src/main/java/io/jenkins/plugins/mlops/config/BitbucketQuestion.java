package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlops.core.bitbucket.Bitbucket;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketSettings;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which Bitbucket a server is, whether it lets the credentials in, and whether they may read a repository. What they may write it does not
 * try: nothing is left behind.
 *
 * @param repository {@code PROJECT/repository}; null for none
 */
record BitbucketQuestion(
        BitbucketSettings settings, @CheckForNull String repository) implements ServerProbe.Question {

    /** Webhooks of older ones sign nothing, so no event of them is taken. */
    private static final int OLDEST_MAJOR = 5;

    private static final int OLDEST_MINOR = 4;

    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\b.*");

    @Override
    public URI server() {
        return settings.address();
    }

    @Override
    public FormValidation ask() {
        RepositoryId wanted = repository == null ? null : RepositoryId.parse(repository);
        try (Bitbucket server = Bitbucket.connect(settings, ServerProbe.ONCE, ServerProbe.SILENCE)) {
            Optional<String> version = server.version();
            if (wanted != null) {
                server.checkReadable(wanted);
            }
            String found =
                    version.map(told -> "Reached Bitbucket Data Center " + told).orElse("Reached Bitbucket Cloud");
            if (version.filter(BitbucketQuestion::isTooOld).isPresent()) {
                return FormValidation.warning(found + "; " + OLDEST_MAJOR + "." + OLDEST_MINOR
                        + " or newer is wanted, whose webhooks sign what they send");
            }
            return access(found, wanted);
        }
    }

    private FormValidation access(String found, @CheckForNull RepositoryId read) {
        String readable = read == null ? "" : "; " + read + " can be read";
        if (settings.credentials() == null) {
            return FormValidation.warning(found + readable + "; without credentials nothing is reported to it");
        }
        if (read == null && settings.kind() == BitbucketKind.CLOUD) {
            return FormValidation.warning(
                    found + ", which tells of a repository alone whether the credentials are right: name one to test");
        }
        return FormValidation.ok(found + "; it accepts the credentials" + readable);
    }

    private static boolean isTooOld(String version) {
        Matcher numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major < OLDEST_MAJOR || major == OLDEST_MAJOR && Integer.parseInt(numbers.group(2)) < OLDEST_MINOR;
    }
}
