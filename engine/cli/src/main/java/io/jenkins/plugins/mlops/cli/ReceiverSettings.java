package io.jenkins.plugins.mlops.cli;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.address.ServerAddress;
import io.jenkins.plugins.mlops.core.lineage.RecordReceiver;
import io.jenkins.plugins.mlops.core.receiver.CallbackReceiver;
import io.jenkins.plugins.mlops.core.receiver.OpenLineageReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The receivers of records that the environment names. They come from there alone, since what they are sent leaves the team. */
final class ReceiverSettings {

    static final String CALLBACK_URL = "MLOPS_CALLBACK_URL";
    static final String OPENLINEAGE_URL = "MLOPS_OPENLINEAGE_URL";

    private static final String CALLBACK_SECRET = "MLOPS_CALLBACK_SECRET";
    private static final String OPENLINEAGE_KEY = "MLOPS_OPENLINEAGE_API_KEY";
    private static final String OPENLINEAGE_NAMESPACE = "MLOPS_OPENLINEAGE_NAMESPACE";
    private static final String DEFAULT_NAMESPACE = "mlops";

    private ReceiverSettings() {}

    /** @throws MlopsException of kind USAGE when a variable is no address, or a secret has none to go to */
    static List<RecordReceiver> receivers(Host host) {
        List<RecordReceiver> receivers = new ArrayList<>();
        address(host, OPENLINEAGE_URL, OPENLINEAGE_KEY)
                .map(address -> new OpenLineageReceiver(
                        address,
                        host.variable(OPENLINEAGE_KEY),
                        Optional.ofNullable(host.variable(OPENLINEAGE_NAMESPACE))
                                .orElse(DEFAULT_NAMESPACE)))
                .ifPresent(receivers::add);
        address(host, CALLBACK_URL, CALLBACK_SECRET)
                .map(address -> new CallbackReceiver(address, host.variable(CALLBACK_SECRET)))
                .ifPresent(receivers::add);
        return receivers;
    }

    private static Optional<ServerAddress> address(Host host, String variable, String secret) {
        String address = host.variable(variable);
        if (address == null && host.variable(secret) != null) {
            throw MlopsException.usage(secret + " is set without " + variable + ": set both or none");
        }
        return Optional.ofNullable(address).map(text -> ServerAddress.parse(variable, text));
    }
}
