package io.jenkins.plugins.mlops.core.bitbucket;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/** The comments of one pull request, and the protocol of {@link Bitbucket#putComment} over them. */
interface Comments {

    /** So often is read again what others change at the same time. */
    int MAX_ROUNDS = 5;

    /**
     * A comment that is not part of a thread.
     *
     * @param version by which an update says what it was made of; null where the product has none
     */
    record Found(long id, Integer version, String text) {}

    /** Those that have the sender's marker, the oldest first; all comments were read for it, else it fails. */
    List<Found> ofSender(StickyComment comment) throws IOException;

    void create(String text) throws IOException;

    void update(Found found, String text) throws IOException;

    /** What {@link Bitbucket#putComment} says. */
    default void put(StickyComment comment) throws IOException {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (putOnce(comment)) {
                return;
            }
        }
        throw new RetryPolicy.Transient("answered each of " + MAX_ROUNDS + " updates with HTTP 409", null);
    }

    /** Whether it is done; else what was read is not what is there any more. */
    private boolean putOnce(StickyComment comment) throws IOException {
        for (Found found : ofSender(comment)) {
            OptionalLong order = comment.orderOf(found.text());
            boolean newer = order.isPresent() && order.getAsLong() > comment.order();
            if (newer || isSame(found.text(), comment.body())) {
                return true;
            }
            try {
                update(found, comment.body());
                return true;
            } catch (BitbucketAnswer answer) {
                switch (answer.status()) {
                    case 409, 404 -> {
                        return false;
                    }
                    case 401, 403 -> {
                        // Another's, with our marker: the next one may be ours.
                    }
                    default -> throw answer;
                }
            }
        }
        create(comment.body());
        return true;
    }

    /** The products keep neither line ends nor blanks at the end. */
    private static boolean isSame(String there, String ours) {
        return there.replace("\r\n", "\n").strip().equals(ours.strip());
    }
}
