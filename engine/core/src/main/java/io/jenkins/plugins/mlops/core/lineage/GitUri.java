package io.jenkins.plugins.mlops.core.lineage;

import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Git repository as a URI of the form that SPDX and SLSA use, {@code git+https://host/path}, without credentials. */
public final class GitUri {

    private static final Pattern URL = Pattern.compile("([a-z][a-z0-9+.-]*)://(.*)", Pattern.CASE_INSENSITIVE);
    /** The short form of SSH: {@code host:path}; a single letter before the colon is a drive. */
    private static final Pattern SSH = Pattern.compile("([^/@:]{2,}):(?!//)(.*)");

    private GitUri() {}

    public static String of(String address) {
        String remote = RemoteUrl.withoutUser(address);
        Matcher url = URL.matcher(remote);
        if (url.matches()) {
            String scheme = url.group(1).startsWith("git+") ? url.group(1) : "git+" + url.group(1);
            return scheme + "://" + url.group(2);
        }
        Matcher ssh = SSH.matcher(remote);
        if (ssh.matches()) {
            String path = ssh.group(2);
            return "git+ssh://" + ssh.group(1) + (path.startsWith("/") ? "" : "/") + path;
        }
        return "git+file://" + (remote.startsWith("/") ? "" : "/")
                + remote.replace('\\', '/').replace(" ", "%20");
    }
}
