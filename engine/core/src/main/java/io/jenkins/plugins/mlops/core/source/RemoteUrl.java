package io.jenkins.plugins.mlops.core.source;

import java.util.regex.Pattern;

/** The address of a Git remote, which people often keep with a password in it. */
final class RemoteUrl {

    /** Over HTTP even the user part alone is often a token. */
    private static final Pattern HTTP_USER = Pattern.compile("^(?i)(https?://)[^/]*@");

    private static final Pattern PASSWORD = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://[^/@:]*):[^/]*@");

    private RemoteUrl() {}

    static String withoutSecrets(String url) {
        String anonymous = HTTP_USER.matcher(url).replaceFirst("$1");
        return PASSWORD.matcher(anonymous).replaceFirst("$1@");
    }
}
