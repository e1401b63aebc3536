package io.jenkins.plugins.mlops.model;

import static io.jenkins.plugins.mlops.lineage.Shown.text;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.registry.ModelVersion;
import io.jenkins.plugins.mlops.core.registry.ToldMove;
import io.jenkins.plugins.mlops.usage.Viewer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A move of an alias in its history. */
@ExportedBean(defaultVisibility = 2)
@Restricted(NoExternalUse.class)
public final class MoveView {

    private final String alias;
    private final int version;
    private final Integer from;
    private final boolean rollback;
    private final String by;
    private final String reason;
    private final Instant at;
    private final Digest gate;
    private final String overridden;
    private final boolean recorded;

    private MoveView(
            String alias,
            int version,
            Integer from,
            boolean rollback,
            String by,
            String reason,
            Instant at,
            Digest gate,
            String overridden,
            boolean recorded) {
        this.alias = alias;
        this.version = version;
        this.from = from;
        this.rollback = rollback;
        this.by = by;
        this.reason = reason;
        this.at = at;
        this.gate = gate;
        this.overridden = overridden;
        this.recorded = recorded;
    }

    /**
     * All moves that are known, the last one first: those that this controller has recorded, and those that only tags in MLflow tell of,
     * which someone made elsewhere.
     */
    static List<MoveView> history(Collection<ModelVersion> versions, Provenances known) {
        record Same(String alias, int version, boolean rollback, Instant second) {}
        List<MoveView> moves = new ArrayList<>();
        Set<Same> recorded = new HashSet<>();
        for (ModelVersion version : versions) {
            for (Promotion move : known.promotions(version)) {
                Instant at = move.promotedOn();
                recorded.add(new Same(move.alias(), move.version(), move.rollback(), second(at)));
                moves.add(new MoveView(
                        move.alias(),
                        move.version(),
                        move.previous(),
                        move.rollback(),
                        move.by(),
                        move.reason(),
                        at,
                        move.gate(),
                        move.override() ? "refusals were overridden" : null,
                        true));
            }
        }
        for (ModelVersion version : versions) {
            for (ToldMove told : ToldMove.of(version)) {
                // A rollback explains itself on both versions; the tags of the one that it went to look like a
                // promotion.
                boolean found = recorded.contains(new Same(told.alias(), told.version(), true, second(told.at())))
                        || recorded.contains(new Same(told.alias(), told.version(), false, second(told.at())));
                if (!found) {
                    moves.add(new MoveView(
                            told.alias(),
                            told.version(),
                            told.from(),
                            told.rollback(),
                            told.by(),
                            told.reason(),
                            told.at(),
                            told.gate(),
                            told.overridden(),
                            false));
                }
            }
        }
        moves.sort(Comparator.comparing((MoveView move) -> move.at == null ? Instant.EPOCH : move.at)
                .reversed());
        return moves;
    }

    private static Instant second(Instant at) {
        return at == null ? Instant.EPOCH : at.truncatedTo(ChronoUnit.SECONDS);
    }

    @Exported
    public String getAlias() {
        return text(alias);
    }

    /** Where it went. */
    @Exported
    public int getVersion() {
        return version;
    }

    /** The version before; 0 for none. */
    @Exported
    public int getPrevious() {
        return from == null ? 0 : from;
    }

    /** promote or rollback. */
    @Exported
    public String getAction() {
        return rollback ? "rollback" : "promote";
    }

    @Exported
    public String getBy() {
        return text(by);
    }

    /** As {@link #getBy}, when it is a build that the viewer may see. */
    public BuildRef getByBuild() {
        return BuildRef.of(by, Viewer.current());
    }

    @Exported
    public String getReason() {
        return text(reason);
    }

    @Exported
    public String getAt() {
        return at == null ? null : at.toString();
    }

    public Date getTime() {
        return at == null ? null : Date.from(at);
    }

    /** Digest of the gate report that it rests on; null without one. */
    @Exported
    public String getGate() {
        return gate == null ? null : gate.toString();
    }

    /** What was overridden; null when nothing was. */
    @Exported
    public String getOverridden() {
        return text(overridden);
    }

    /** Whether this controller made it and has a record; else tags in MLflow tell of it. */
    @Exported
    public boolean isRecorded() {
        return recorded;
    }
}
