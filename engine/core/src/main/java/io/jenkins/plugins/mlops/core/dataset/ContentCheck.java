package io.jenkins.plugins.mlops.core.dataset;

/**
 * Decides, while bytes stream by, whether they are those that another system wrote down by a hash of its own. Used by one thread at a
 * time.
 */
interface ContentCheck {

    /** What tells the expected content from any other, such as {@code md5:...}. */
    String expected();

    void update(byte[] buffer, int offset, int length);

    /** Forgets what went by. */
    void reset();

    /** What was found instead; null when it is what was expected. Nothing goes by after that, except after {@link #reset}. */
    String difference();
}
