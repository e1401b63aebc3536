package io.jenkins.plugins.mlops.core.workload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the objects of controllers that are installed into a cluster have in common. */
final class CustomObjects {

    private CustomObjects() {}

    static ResourceDefinitionContext kind(String group, String version, String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    static GenericKubernetesResource of(
            ResourceDefinitionContext kind, Workload workload, int attempt, Map<String, Object> spec) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(kind.getGroup() + "/" + kind.getVersion());
        object.setKind(kind.getKind());
        object.setMetadata(JobObject.metadata(workload, attempt));
        object.setAdditionalProperty("spec", sorted(spec));
        return object;
    }

    /** The same with its keys in order, so that the same workload makes the same text. */
    private static Object sorted(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, part) -> sorted.put(String.valueOf(key), sorted(part)));
            return sorted;
        }
        return value instanceof List<?> list
                ? list.stream().map(CustomObjects::sorted).toList()
                : value;
    }

    /** A typed part as the plain values that an untyped object is made of. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> plain(Object typed) {
        return Serialization.unmarshal(Serialization.asJson(typed), Map.class);
    }
}
