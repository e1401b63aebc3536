package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.evidence.EvidenceReceiver;
import io.jenkins.plugins.mlops.core.lineage.Delivery;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.RecordReceiver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * Where lineage records are kept, and who else wants them; mix in with {@code @Mixin LineageStoreOption lineageStore}. Receivers are
 * those of the environment and the evidence store that the command's {@link EvidenceOptions} name, or, where it has none, the
 * environment and {@code mlops.yaml}. What they wait for is delivered when the command has ended, in whatever way.
 */
public final class LineageStoreOption {

    @Option(
            names = "--lineage-store",
            paramLabel = "DIR",
            description = "Lineage records; else MLOPS_LINEAGE_DIR, else $XDG_DATA_HOME/mlops/lineage"
                    + " (~/.local/share/mlops/lineage).")
    private Path directory;

    private final List<RecordReceiver> receivers = new ArrayList<>();
    private CommandSpec command;
    private LineageStore opened;
    private boolean delivered;

    public LineageStore open(Host host) {
        if (opened == null) {
            Path place =
                    host.resolve(directory != null ? directory : LineageStore.defaultDirectory(host.environment()));
            receivers.addAll(ReceiverSettings.receivers(host));
            mixin(EvidenceOptions.class)
                    .orElseGet(EvidenceOptions::new)
                    .open(host, mixin(ServerOptions.class).orElseGet(ServerOptions::new))
                    .map(evidence -> new EvidenceReceiver(evidence, LineageStore.open(place)))
                    .ifPresent(receivers::add);
            opened = LineageStore.open(place, receivers);
        }
        return opened;
    }

    /** Whether the user said where, by the option or by MLOPS_LINEAGE_DIR. */
    public boolean isGiven(Host host) {
        return directory != null || host.variable("MLOPS_LINEAGE_DIR") != null;
    }

    /** Whether anybody wants the records. */
    public boolean hasReceivers() {
        return !receivers.isEmpty();
    }

    /** Delivers what waits to all receivers; the end of the command does not do it again. */
    public List<Delivery> deliverNow() {
        delivered = true;
        return opened.outbox().deliverNow();
    }

    /** Delivers what waits, which fails nobody: what goes wrong is said. */
    private void deliver(Output output) {
        try {
            if (opened != null && !delivered && !Thread.currentThread().isInterrupted()) {
                opened.outbox().deliver().forEach(delivery -> tell(delivery, output));
            }
        } catch (MlopsException e) {
            output.note("Records are not handed on: " + e.getMessage());
        } finally {
            receivers.forEach(RecordReceiver::close);
        }
    }

    private static void tell(Delivery delivery, Output output) {
        if (delivery.problem() != null) {
            output.note(delivery.waiting() + (delivery.waiting() == 1 ? " record waits" : " records wait") + " for '"
                    + delivery.receiver() + "': " + delivery.problem()
                    + (delivery.next() == null
                            ? ""
                            : "; the next command after " + delivery.next()
                                    + " tries again, or 'mlops lineage deliver' at once"));
        }
        delivery.rejected()
                .forEach(rejection -> output.note("The record " + rejection.record() + " was rejected by '"
                        + delivery.receiver() + "' and set aside: " + rejection.reason()));
    }

    /** Lets the command's lineage stores find its other options. */
    static void begin(CommandSpec command) {
        all(command, LineageStoreOption.class).forEach(option -> option.command = command);
    }

    /** Ends what the command's lineage stores have begun. */
    static void end(CommandSpec command, Output output) {
        all(command, LineageStoreOption.class).forEach(option -> option.deliver(output));
    }

    private <T> Optional<T> mixin(Class<T> type) {
        return command == null ? Optional.empty() : all(command, type).findFirst();
    }

    private static <T> Stream<T> all(CommandSpec spec, Class<T> type) {
        Stream<T> own = type.isInstance(spec.userObject()) ? Stream.of(type.cast(spec.userObject())) : Stream.of();
        return Stream.concat(own, spec.mixins().values().stream().flatMap(mixin -> all(mixin, type)));
    }
}
