package io.jenkins.plugins.mlops.event;

import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import java.util.Collection;
import java.util.Locale;

/** When two addresses of Git repositories are the same: but for the user, {@code .git} and a slash at the end, and upper case. */
final class RepositoryAddress {

    private RepositoryAddress() {}

    static boolean isAmong(String address, Collection<String> addresses) {
        return addresses.stream().anyMatch(other -> plain(other).equals(plain(address)));
    }

    private static String plain(String address) {
        return RemoteUrl.withoutUser(address)
                .replaceFirst("/+$", "")
                .replaceFirst("\\.git$", "")
                .toLowerCase(Locale.ROOT);
    }
}
