package io.jenkins.plugins.mlops.model;

import java.util.Objects;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** A line of a comparison. */
@Restricted(NoExternalUse.class)
public final class ComparedRow {

    private final String name;
    private final String left;
    private final String right;
    private final String difference;

    /** @param left null when it has none @param difference null when it is no number */
    ComparedRow(String name, String left, String right, String difference) {
        this.name = name;
        this.left = left;
        this.right = right;
        this.difference = difference;
    }

    public String getName() {
        return name;
    }

    public String getLeft() {
        return left;
    }

    public String getRight() {
        return right;
    }

    public String getDifference() {
        return difference;
    }

    public boolean isSame() {
        return Objects.equals(left, right);
    }
}
