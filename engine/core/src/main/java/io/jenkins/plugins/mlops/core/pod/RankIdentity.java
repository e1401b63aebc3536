package io.jenkins.plugins.mlops.core.pod;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Map;

/**
 * Which of the attempt's pods this is, as the pod's variables say.
 *
 * @param rank 0 or more
 * @param nodes 1 or more
 * @param attempt 1 or more
 */
public record RankIdentity(int rank, int nodes, int attempt) {

    /** @throws MlopsException of kind USAGE outside of such a pod */
    public static RankIdentity of(Map<String, String> environment) {
        return new RankIdentity(
                number(environment, "MLOPS_RANK", "0") + number(environment, "MLOPS_RANK_OFFSET", "0"),
                number(environment, "MLOPS_NODES", "1"),
                number(environment, "MLOPS_ATTEMPT", "1"));
    }

    private static int number(Map<String, String> environment, String variable, String otherwise) {
        String text = environment.getOrDefault(variable, otherwise);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw MlopsException.usage(variable + " is '" + text + "': a number is wanted", e);
        }
    }
}
