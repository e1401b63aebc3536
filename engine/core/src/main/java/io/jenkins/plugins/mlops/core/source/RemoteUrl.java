package io.jenkins.plugins.mlops.core.source;

import java.util.regex.Pattern;

/** The address of a Git remote, which people often keep with a password in it. */
public final class RemoteUrl {

    /** Over HTTP even the user part alone is often a token. */
    private static final Pattern HTTP_USER = Pattern.compile("^(?i)((?:git\\+)?https?://)[^/]*@");

    private static final Pattern PASSWORD = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://[^/@:]*):[^/]*@");

    private static final Pattern USER = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)[^/]*@");

    /** The short form of SSH: {@code user@host:path}. */
    private static final Pattern SSH_USER = Pattern.compile("^[^/@:]+@(?=[^/@:]+:)");

    private RemoteUrl() {}

    /** The address without what may be secret; the user of an SSH address, who is often needed, stays. */
    public static String withoutSecrets(String url) {
        String anonymous = HTTP_USER.matcher(url).replaceFirst("$1");
        return PASSWORD.matcher(anonymous).replaceFirst("$1@");
    }

    /** The address without user and password. */
    public static String withoutUser(String url) {
        String anonymous = USER.matcher(url).replaceFirst("$1");
        return SSH_USER.matcher(anonymous).replaceFirst("");
    }
}
