package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.function.Supplier;

/** Makes the servers of a process go away before or after any of the calls to them. */
final class Faults {

    private static final int NEVER = -1;

    private int calls;
    private int failAt = NEVER;
    private boolean afterwards;

    /** They go away at the call with this index, from now on and until {@link #comeBack}. */
    void goAway(int call, boolean afterDoingIt) {
        calls = 0;
        failAt = call;
        afterwards = afterDoingIt;
    }

    void comeBack() {
        failAt = NEVER;
    }

    <T> T call(Supplier<T> work) {
        int index = calls++;
        boolean last = index == failAt;
        if (failAt != NEVER && index > failAt || last && !afterwards) {
            throw away();
        }
        T result = work.get();
        if (last) {
            throw away();
        }
        return result;
    }

    private static MlopsException away() {
        return MlopsException.unreachable("the server is away", new IOException("away"));
    }
}
