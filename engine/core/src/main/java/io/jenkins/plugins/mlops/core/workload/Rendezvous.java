package io.jenkins.plugins.mlops.core.workload;

/**
 * Where the ranks of an attempt meet: at rank 0, which listens there once its code runs. A name that resolves says nothing; whoever
 * waits waits for the port.
 *
 * @param host as other pods of the attempt reach it
 */
record Rendezvous(String host) {

    static final int PORT = 29_500;

    static Rendezvous of(Workload workload, int attempt) {
        String name = workload.attemptName(attempt);
        return new Rendezvous(
                switch (workload.kind()) {
                    case JOB -> name + "-0." + name;
                    case JOBSET -> name + "-" + JobSetObject.GROUP + "-0-0." + name;
                    case PYTORCHJOB -> name + "-master-0";
                    case VOLCANO -> name + "-" + VolcanoJobObject.TASK + "-0." + name;
                });
    }
}
