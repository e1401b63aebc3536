package io.jenkins.plugins.mlops.registry;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Item;
import hudson.model.Run;
import java.io.IOException;
import java.io.PrintStream;

/** From where and for whom an alias is moved: by a step of a build, or by a person on a page. */
interface ChangePlace {

    /** The build that it belongs to; null on pages of models. */
    @CheckForNull
    Run<?, ?> run();

    /** Whose policy holds; null for what holds everywhere. */
    @CheckForNull
    Item item();

    /** What the move is called in the build's record: the same when it is tried again. */
    @NonNull
    String id();

    /** Whether a person does it now, who thereby agrees to it. */
    boolean isPerson();

    /** Who moves it. */
    @NonNull
    String by();

    /** Address of the build or page below Jenkins' root. */
    @NonNull
    String from();

    /** Hears what is worth telling. */
    @NonNull
    PrintStream log();

    /** Makes what the change found out outlive a restart, before anything is done. */
    void save() throws IOException, InterruptedException;
}
