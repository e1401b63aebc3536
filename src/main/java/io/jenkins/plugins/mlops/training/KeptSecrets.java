package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.training.SensitiveParams;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.actions.ArgumentsAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * The sensitive parameters of a step, as they are persisted with its build, since the step outlives its Jenkins: encrypted with the key
 * of this Jenkins. They are decrypted when a step of a body or a pod asks for them.
 */
final class KeptSecrets implements Serializable {

    private static final long serialVersionUID = 1L;

    static final KeptSecrets NONE = new KeptSecrets(SensitiveParams.NONE);

    /** By path. A {@link Secret} itself would be persisted as it is read. */
    private final TreeMap<String, String> encrypted = new TreeMap<>();

    private KeptSecrets(SensitiveParams sensitive) {
        sensitive
                .values()
                .forEach((path, value) ->
                        encrypted.put(path, Secret.fromString(value).getEncryptedValue()));
    }

    /**
     * Takes a step's sensitive parameters before anything of it is persisted, and out of what Jenkins keeps of its arguments.
     *
     * @param params null for none
     * @param paths null for none
     * @throws MlopsException of kind USAGE as {@link StepParams#sensitive} tells
     */
    @NonNull
    static KeptSecrets take(
            StepContext context, @CheckForNull StepParams params, @CheckForNull Collection<String> paths)
            throws IOException, InterruptedException {
        FlowNode node = context.get(FlowNode.class);
        try {
            KeptSecrets kept = of(params, paths);
            if (node != null && kept != NONE) {
                forget(node, kept.params().values().values());
            }
            return kept;
        } catch (MlopsException e) {
            if (node != null && paths != null && !paths.isEmpty()) {
                forget(node); // which of the arguments is the secret, is not known
            }
            throw e;
        }
    }

    @NonNull
    private static KeptSecrets of(@CheckForNull StepParams params, @CheckForNull Collection<String> paths) {
        if (params == null) {
            if (paths != null && !paths.isEmpty()) {
                throw MlopsException.usage("The step has 'sensitive', but no 'params' that it speaks of");
            }
            return NONE;
        }
        SensitiveParams sensitive = params.sensitive(paths);
        return sensitive.values().isEmpty() ? NONE : new KeptSecrets(sensitive);
    }

    /** What withCredentials gives is masked there already; what a script has from elsewhere is not. */
    private static void forget(FlowNode node, Collection<String> secrets) {
        ArgumentsAction action = node.getPersistentAction(ArgumentsAction.class);
        if (action != null && holds(action.getArguments(), secrets)) {
            forget(node);
        }
    }

    private static void forget(FlowNode node) {
        ArgumentsAction action = node.getPersistentAction(ArgumentsAction.class);
        if (action != null) {
            node.getActions().removeAll(List.of(action));
        }
    }

    private static boolean holds(@CheckForNull Object value, Collection<String> secrets) {
        if (value instanceof Map<?, ?> map) {
            return map.values().stream().anyMatch(each -> holds(each, secrets));
        }
        if (value instanceof List<?> list) {
            return list.stream().anyMatch(each -> holds(each, secrets));
        }
        return value != null && secrets.stream().anyMatch(value.toString()::contains);
    }

    /** Those of a step that an older version has persisted are absent. */
    @NonNull
    static KeptSecrets orNone(@CheckForNull KeptSecrets secrets) {
        return secrets == null ? NONE : secrets;
    }

    /** Decrypted, for whoever passes them on. */
    @NonNull
    SensitiveParams params() {
        SortedMap<String, String> values = new TreeMap<>();
        encrypted.forEach((path, value) -> {
            Secret secret = Secret.decrypt(value);
            if (secret == null) {
                throw MlopsException.failed("The sensitive parameter '" + path
                        + "' was kept with another key than this Jenkins has now: start the build again");
            }
            values.put(path, secret.getPlainText());
        });
        return new SensitiveParams(values);
    }

    /** The names of the variables that the code gets them in. */
    @NonNull
    Set<String> variables() {
        return encrypted.keySet().stream().map(SensitiveParams::variable).collect(Collectors.toSet());
    }

    /** Names alone. */
    @Override
    public String toString() {
        return encrypted.keySet().toString();
    }
}
