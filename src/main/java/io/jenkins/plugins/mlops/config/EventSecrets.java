package io.jenkins.plugins.mlops.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** The secrets by which a server proves that it sent an event: the one of now and, while it is changed, the one before. */
final class EventSecrets {

    private static final Logger LOGGER = Logger.getLogger(EventSecrets.class.getName());

    private EventSecrets() {}

    /** Those that are given. */
    static List<String> ids(@CheckForNull String current, @CheckForNull String previous) {
        return Stream.of(current, previous).filter(Objects::nonNull).distinct().toList();
    }

    /** The secrets that hold now, which may be none; credentials that do not exist are told in Jenkins' log and hold nothing. */
    static List<String> of(List<String> ids, ServerProfile<?> server) {
        List<String> secrets = new ArrayList<>();
        for (String id : ids) {
            try {
                ProfileCredentials.WEBHOOK_SECRET
                        .find(id, server.address().toString(), server.label(), null)
                        .map(StringCredentials.class::cast)
                        .map(found -> found.getSecret().getPlainText())
                        .filter(secret -> !secret.isBlank())
                        .ifPresent(secrets::add);
            } catch (MlopsException e) {
                LOGGER.log(Level.WARNING, e.getMessage());
            }
        }
        return secrets;
    }

    /**
     * Refuses a secret that two servers share: it would not tell which of them sent an event.
     *
     * @param what the secret is called
     * @param kind of servers
     * @throws MlopsException of kind USAGE
     */
    static <P> List<P> requireOwn(List<P> servers, Function<P, List<String>> idsOf, String what, String kind) {
        Set<String> seen = new HashSet<>();
        for (P server : servers) {
            for (String id : idsOf.apply(server)) {
                if (!seen.add(id)) {
                    throw MlopsException.usage("The " + what + " '" + id + "' is given for two " + kind
                            + ": give each its own, since it says which of them sent an event");
                }
            }
        }
        return servers;
    }
}
