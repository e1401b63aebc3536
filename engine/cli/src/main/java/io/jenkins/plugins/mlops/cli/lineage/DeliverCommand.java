package io.jenkins.plugins.mlops.cli.lineage;

import io.jenkins.plugins.mlops.cli.EvidenceOptions;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.LineageStoreOption;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.cli.ServerOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.lineage.Delivery;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops lineage deliver}: hands records to the receivers that wait for them. */
@Command(
        name = "deliver",
        description = {
            "Hand the records that wait to their receivers: OpenLineage, the callback, the evidence store.",
            "Exit code 5 when a receiver is out of reach, 1 when one rejects a record."
        },
        mixinStandardHelpOptions = true)
final class DeliverCommand implements Callable<Integer> {

    private final Host host;

    @Option(names = "--all", description = "Every record of the store, for a receiver that is new.")
    private boolean all;

    @Option(names = "--rejected", description = "Those too that were rejected before.")
    private boolean rejected;

    @Mixin
    private LineageStoreOption store;

    @Mixin
    private EvidenceOptions evidence;

    @Mixin
    private ServerOptions servers;

    @Mixin
    private OutputOptions output;

    /**
     * The JSON document.
     *
     * @param rejected all that is set aside, by receiver
     * @param unattended how many records wait for receivers that are not configured
     */
    record Deliveries(
            List<Delivery> deliveries,
            Map<String, List<Delivery.Rejection>> rejected,
            Map<String, Integer> unattended) {}

    DeliverCommand(Host host) {
        this.host = host;
    }

    @Override
    public Integer call() {
        LineageStore records = store.open(host);
        if (!store.hasReceivers()) {
            throw MlopsException.usage(
                    "There is no receiver of records: set MLOPS_OPENLINEAGE_URL, MLOPS_CALLBACK_URL or"
                            + " MLOPS_EVIDENCE");
        }
        if (all) {
            records.outbox().markAll();
        }
        if (rejected) {
            records.outbox().markRejected();
        }
        Deliveries done = new Deliveries(
                store.deliverNow(),
                records.outbox().rejected(),
                records.outbox().unattended());
        output.output(host).result(text(done), done);
        if (done.deliveries().stream().anyMatch(delivery -> delivery.problem() != null)) {
            return MlopsException.Kind.UNREACHABLE.exitCode();
        }
        return done.deliveries().stream()
                        .allMatch(delivery -> delivery.rejected().isEmpty())
                ? 0
                : MlopsException.Kind.FAILED.exitCode();
    }

    private static String text(Deliveries done) {
        StringBuilder text = new StringBuilder();
        for (Delivery delivery : done.deliveries()) {
            text.append(delivery.receiver())
                    .append(": ")
                    .append(delivery.delivered())
                    .append(" delivered, ")
                    .append(delivery.waiting())
                    .append(" waiting")
                    .append(delivery.problem() == null ? "" : " (" + delivery.problem() + ")")
                    .append('\n');
            done.rejected()
                    .getOrDefault(delivery.receiver(), List.of())
                    .forEach(rejection -> text.append("  rejected ")
                            .append(rejection.record())
                            .append(": ")
                            .append(rejection.reason())
                            .append('\n'));
        }
        done.unattended()
                .forEach((receiver, waiting) -> text.append(receiver)
                        .append(": ")
                        .append(waiting)
                        .append(" waiting, and it is not configured\n"));
        return text.toString();
    }
}
