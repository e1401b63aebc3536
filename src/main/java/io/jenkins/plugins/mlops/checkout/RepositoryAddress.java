package io.jenkins.plugins.mlops.checkout;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import java.util.Collection;
import java.util.Locale;

/** When two addresses of Git repositories are the same: but for the user, {@code .git} and a slash at the end, and upper case. */
public final class RepositoryAddress {

    private RepositoryAddress() {}

    /** Whether one of some addresses is the same as another. */
    public static boolean isAmong(@NonNull String address, @NonNull Collection<String> addresses) {
        return addresses.stream().anyMatch(other -> plain(other).equals(plain(address)));
    }

    private static String plain(String address) {
        return RemoteUrl.withoutUser(address)
                .replaceFirst("/+$", "")
                .replaceFirst("\\.git$", "")
                .toLowerCase(Locale.ROOT);
    }
}
