package io.jenkins.plugins.mlops.core.dvc;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an output of DVC is called where only that is kept, as in a lineage record: {@code dvc:PLACE#COMMIT:PATH}.
 *
 * @param place of the repository: the URL of its remote without secrets, else its directory
 * @param commit that has the output so; null when none is known to
 * @param path from the root of the repository on
 */
public record DvcUri(String place, String commit, String path) {

    private static final Pattern WITH_COMMIT = Pattern.compile("dvc:(.*)#([0-9a-f]{40}|[0-9a-f]{64}):(.+)");
    private static final Pattern WITHOUT_COMMIT = Pattern.compile("dvc:(.*)#()(.+)");

    /** Reads one; empty for what is none. */
    public static Optional<DvcUri> parse(String uri) {
        Matcher matcher = WITH_COMMIT.matcher(uri);
        if (!matcher.matches()) {
            matcher = WITHOUT_COMMIT.matcher(uri);
        }
        return matcher.matches()
                ? Optional.of(new DvcUri(
                        matcher.group(1), matcher.group(2).isEmpty() ? null : matcher.group(2), matcher.group(3)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "dvc:" + place + "#" + (commit == null ? "" : commit + ":") + path;
    }
}
