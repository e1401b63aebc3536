package io.jenkins.plugins.mlops.core.pod;

/** Where an attempt's outputs are kept. */
public final class OutputLocation {

    private OutputLocation() {}

    /**
     * The S3 URI of the manifest that is written last: outputs without it are not whole.
     *
     * @param outputsUri prefix of the run, with or without a slash at its end
     * @param attempt 1 or more
     * @param rank 0 or more
     */
    public static String manifest(String outputsUri, int attempt, int rank) {
        return directory(outputsUri, attempt, rank) + "/manifest.json";
    }

    /** The S3 prefix that all of a rank's files lie below, without a slash at its end. */
    public static String directory(String outputsUri, int attempt, int rank) {
        String prefix = outputsUri.endsWith("/") ? outputsUri.substring(0, outputsUri.length() - 1) : outputsUri;
        return prefix + "/attempt-" + attempt + "/rank-" + rank;
    }
}
