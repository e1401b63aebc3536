package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The objects that a cluster is given, for people: YAML, with the values of secrets masked. */
public final class EffectiveObjects {

    private static final String MASK = "****";

    private EffectiveObjects() {}

    /** One YAML stream, the main object first. */
    public static String yaml(Manifests.Objects objects) {
        List<HasMetadata> all = new ArrayList<>();
        all.add(objects.main());
        all.addAll(objects.dependents());
        return all.stream()
                .map(EffectiveObjects::masked)
                .map(Serialization::asYaml)
                .collect(Collectors.joining());
    }

    private static HasMetadata masked(HasMetadata object) {
        if (!(object instanceof Secret secret)) {
            return object;
        }
        TreeMap<String, String> masked = new TreeMap<>();
        secret.getStringData().keySet().forEach(name -> masked.put(name, MASK));
        return new SecretBuilder(secret).withStringData(masked).build();
    }
}
