package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.evidence.WriteOnce;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Objects that go away with others. */
final class FaultyObjects implements WriteOnce {

    private final WriteOnce objects;
    private final Faults faults;

    /** Hears the name of every object before it is added. */
    Consumer<String> beforeAdd = name -> {};

    FaultyObjects(WriteOnce objects, Faults faults) {
        this.objects = objects;
        this.faults = faults;
    }

    @Override
    public boolean add(String name, byte[] bytes) {
        beforeAdd.accept(name);
        return faults.call(() -> objects.add(name, bytes));
    }

    @Override
    public Optional<byte[]> read(String name) {
        return faults.call(() -> objects.read(name));
    }

    @Override
    public boolean exists(String name) {
        return faults.call(() -> objects.exists(name));
    }

    @Override
    public List<String> names(String prefix, String after, int limit) {
        return faults.call(() -> objects.names(prefix, after, limit));
    }

    @Override
    public String location() {
        return objects.location();
    }
}
