package io.jenkins.plugins.mlops.model;

import io.jenkins.plugins.mlops.lineage.VersionLink;

/** Addresses of the Models pages below {@code mlops-models/}. Names are in the query: models may be called anything. */
final class PageUrl {

    private PageUrl() {}

    static String model(String server, String name) {
        return "model/?" + query(server, name);
    }

    static String version(String server, String name, int version) {
        return "model/version?" + query(server, name) + "&version=" + version;
    }

    static String query(String server, String name) {
        return VersionLink.query(server, name);
    }

    static String encoded(String text) {
        return VersionLink.encoded(text);
    }
}
