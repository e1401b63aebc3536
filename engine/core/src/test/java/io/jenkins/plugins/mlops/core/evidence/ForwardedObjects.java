package io.jenkins.plugins.mlops.core.evidence;

import java.util.List;
import java.util.Optional;

/** Does as other objects do, but for what a test overrides. */
class ForwardedObjects implements WriteOnce {

    private final WriteOnce objects;

    ForwardedObjects(WriteOnce objects) {
        this.objects = objects;
    }

    @Override
    public boolean add(String name, byte[] bytes) {
        return objects.add(name, bytes);
    }

    @Override
    public Optional<byte[]> read(String name) {
        return objects.read(name);
    }

    @Override
    public boolean exists(String name) {
        return objects.exists(name);
    }

    @Override
    public List<String> names(String prefix, String after, int limit) {
        return objects.names(prefix, after, limit);
    }

    @Override
    public String location() {
        return objects.location();
    }
}
