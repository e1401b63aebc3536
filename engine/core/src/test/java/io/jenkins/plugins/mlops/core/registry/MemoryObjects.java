package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.evidence.WriteOnce;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in memory. */
final class MemoryObjects implements WriteOnce {

    final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public boolean add(String name, byte[] bytes) {
        byte[] there = objects.putIfAbsent(name, bytes.clone());
        return there == null || Arrays.equals(there, bytes);
    }

    @Override
    public Optional<byte[]> read(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    @Override
    public boolean exists(String name) {
        return objects.containsKey(name);
    }

    @Override
    public List<String> names(String prefix, String after, int limit) {
        return objects.keySet().stream()
                .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
                .limit(limit)
                .toList();
    }

    @Override
    public String location() {
        return "memory";
    }
}
