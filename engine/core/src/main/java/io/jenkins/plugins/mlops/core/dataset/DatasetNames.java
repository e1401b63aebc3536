package io.jenkins.plugins.mlops.core.dataset;

/** What a dataset is called when nobody named it. */
final class DatasetNames {

    private static final int LONGEST = 128;

    private DatasetNames() {}

    /**
     * The text with everything that a name cannot hold replaced.
     *
     * @param otherwise the name when nothing of it is left
     */
    static String of(String text, String otherwise) {
        String name = text.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
        return name.isEmpty() || name.equals("blobs") ? otherwise : name.substring(0, Math.min(LONGEST, name.length()));
    }
}
