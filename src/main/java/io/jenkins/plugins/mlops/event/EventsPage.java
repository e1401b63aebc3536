package io.jenkins.plugins.mlops.event;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Action;
import hudson.model.Item;
import hudson.triggers.Trigger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerProxy;

/**
 * The page of a job that tells what became of the last events of a kind, and why one was not built: for those who may configure the
 * job. Events that they may not be allowed to know of it tells administrators alone.
 *
 * @param <K> how the events are kept
 * @param <T> the trigger that wants them
 */
@Restricted(NoExternalUse.class)
public abstract class EventsPage<K extends KeptEvent<K>, T extends Trigger<?>> implements Action, StaplerProxy {

    /** How many are shown. */
    private static final int MOST = 100;

    private final WorkflowJob job;

    EventsPage(WorkflowJob job) {
        this.job = job;
    }

    abstract EventInbox<K, T> inbox();

    /** Name of a symbol. */
    @NonNull
    public abstract String getIcon();

    /** Whether those who may configure the job may know of an event. */
    abstract boolean mayKnow(K event, List<T> triggers);

    /** What a row says of an event, a cell for each of {@link #getColumns}; what became of it stands behind the first. */
    abstract List<Cell> cells(K event);

    @NonNull
    public abstract List<String> getColumns();

    /** What the rows are. */
    @NonNull
    public abstract String getSubject();

    /** What the page is about, in a sentence. */
    @NonNull
    public abstract String getIntroduction();

    /** What an empty page says. */
    @NonNull
    public abstract String getNothing();

    /** What to look at when it is empty. */
    @NonNull
    public abstract String getHint();

    @Override
    public final Object getTarget() {
        job.checkPermission(Item.CONFIGURE);
        return this;
    }

    @CheckForNull
    @Override
    public final String getIconFileName() {
        return job.hasPermission(Item.CONFIGURE) ? getIcon() : null;
    }

    public final WorkflowJob getJob() {
        return job;
    }

    /**
     * What a column says.
     *
     * @param link of the text; "" for none
     * @param note below it; "" for none
     * @param id what the text is the id of; "" when it is none
     */
    @Restricted(NoExternalUse.class)
    public record Cell(String text, String link, String note, String id) {

        static Cell text(String text, String note) {
            return new Cell(text, "", note, "");
        }

        static Cell id(String text, String of) {
            return new Cell(text, "", "", of);
        }

        public String getText() {
            return text;
        }

        public String getLink() {
            return link;
        }

        public String getNote() {
            return note;
        }

        public String getId() {
            return id;
        }
    }

    /**
     * An event, as the page shows it.
     *
     * @param at ISO 8601
     * @param build number; null for none
     */
    @Restricted(NoExternalUse.class)
    public record Row(
            String at,
            List<Cell> cells,
            String outcome,
            @CheckForNull String build) {

        public Row {
            cells = List.copyOf(cells);
        }

        public String getAt() {
            return at;
        }

        public Date getTime() {
            return Date.from(Instant.parse(at));
        }

        public List<Cell> getCells() {
            return cells;
        }

        public String getOutcome() {
            return outcome;
        }

        @CheckForNull
        public String getBuild() {
            return build;
        }
    }

    /** The newest first. */
    @NonNull
    public final List<Row> getRows() {
        boolean all = Jenkins.get().hasPermission(Jenkins.ADMINISTER);
        List<T> triggers = inbox().triggers(job);
        List<K> newest = new ArrayList<>(inbox().kept());
        Collections.reverse(newest);
        return newest.stream()
                .filter(event -> all || mayKnow(event, triggers))
                .limit(MOST)
                .map(event -> row(event, triggers))
                .toList();
    }

    private Row row(K event, List<T> triggers) {
        Optional<JobOutcome> outcome = event.outcome(job.getFullName());
        if (outcome.isPresent()) {
            String state =
                    switch (outcome.get().state()) {
                        case WAITING -> "waiting: ";
                        case QUEUED -> "in the queue: ";
                        case BUILT -> "built: ";
                        case NOT_WANTED -> "not built: ";
                        case REFUSED -> "refused: ";
                    };
            int build = outcome.get().build();
            return row(event, state + outcome.get().sentence(), build == 0 ? null : Integer.toString(build));
        }
        return triggers.stream()
                .map(trigger -> inbox().mismatch(job, trigger, event))
                .flatMap(Optional::stream)
                .findFirst()
                .map(mismatch -> row(event, "not built: " + mismatch, null))
                .orElseGet(() -> row(event, event.isEnded() ? event.end() : "not looked at yet", null));
    }

    private Row row(K event, String outcome, @CheckForNull String build) {
        return new Row(event.received(), cells(event), outcome, build);
    }
}
