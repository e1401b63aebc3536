package io.jenkins.plugins.mlops.core.bitbucket;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Hashes of commits. Only what has their form is put into an address: both products would take a branch name there, too. */
final class Hashes {

    private static final Pattern ANY = Pattern.compile("[0-9a-f]{7,64}");
    private static final Pattern FULL = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private Hashes() {}

    /** @throws MlopsException of kind USAGE when it is no hash of 7 or more digits */
    static String checked(String hash) {
        return matched(ANY, hash, "7 or more hexadecimal digits are wanted");
    }

    /** @throws MlopsException of kind USAGE when it is no full hash */
    static String checkedFull(String hash) {
        return matched(FULL, hash, "all its hexadecimal digits are wanted");
    }

    static boolean isFull(String hash) {
        return FULL.matcher(hash).matches();
    }

    private static String matched(Pattern form, String hash, String wanted) {
        String lower = hash.toLowerCase(Locale.ROOT);
        if (!form.matcher(lower).matches()) {
            throw MlopsException.usage("'" + hash + "' is no hash of a commit: " + wanted);
        }
        return lower;
    }
}
