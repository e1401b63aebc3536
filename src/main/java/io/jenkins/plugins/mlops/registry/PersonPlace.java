package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.Run;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A person on a page. A move that a dying Jenkins breaks off is finished, or found unfinished, by the next one of that alias.
 *
 * @param run the build whose page it is; null on a page of a model
 * @param item whose permissions were asked and whose policy holds; null for Jenkins itself
 */
record PersonPlace(
        @CheckForNull Run<?, ?> run, @CheckForNull Item item, String id, String by, String from)
        implements ChangePlace {

    static PersonPlace onBuild(@NonNull Run<?, ?> run, @NonNull String by) {
        return new PersonPlace(run, run.getParent(), newId(), by, run.getUrl());
    }

    static PersonPlace onModel(@CheckForNull Item item, @NonNull String by, @NonNull String from) {
        return new PersonPlace(null, item, newId(), by, from);
    }

    private static String newId() {
        return "page-" + UUID.randomUUID();
    }

    @Override
    public boolean isPerson() {
        return true;
    }

    @NonNull
    @Override
    public PrintStream log() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    @Override
    public void save() {
        // the page waits for the answer
    }
}
