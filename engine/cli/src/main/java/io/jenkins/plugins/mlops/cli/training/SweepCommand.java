package io.jenkins.plugins.mlops.cli.training;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.Output;
import io.jenkins.plugins.mlops.cli.OutputOptions;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.cluster.Cluster;
import io.jenkins.plugins.mlops.core.document.TimeLimit;
import io.jenkins.plugins.mlops.core.execution.Sweeper;
import io.jenkins.plugins.mlops.core.execution.Sweeper.Leftover;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mlops train sweep}. */
@Command(
        name = "sweep",
        description = {
            "Remove from the namespace what trainings have left there that nobody goes on with.",
            "What belongs to a run directory of this machine whose training is not over stays."
        },
        mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer> {

    private final Host host;

    @Option(names = "--dry-run", description = "Tell what would be removed, and remove nothing.")
    private boolean dryRun;

    @Option(
            names = "--older-than",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "Leave what was created since (default: ${DEFAULT-VALUE}).")
    private String olderThan;

    @Option(
            names = "--controller",
            paramLabel = "ID",
            description =
                    "Whose: that of a Jenkins or another machine that is gone for good; default: this user on this machine.")
    private String controller;

    @Option(names = "--all-controllers", description = "Everybody's; with --dry-run alone.")
    private boolean allControllers;

    @Mixin
    private ClusterOptions clusterOptions;

    @Mixin
    private OutputOptions output;

    SweepCommand(Host host) {
        this.host = host;
    }

    /** @param directory of the training that is not over */
    private record Kept(Leftover object, String directory) {}

    @Override
    public Integer call() {
        if (allControllers && (!dryRun || controller != null)) {
            throw MlopsException.usage("--all-controllers lists what everybody has, with --dry-run: remove what one"
                    + " has left with --controller ID");
        }
        String whose = allControllers ? null : controller == null ? ClusterOptions.controller(host) : controller;
        Output out = output.output(host);
        List<Leftover> removed = new ArrayList<>();
        List<Kept> kept = new ArrayList<>();
        List<MlopsException> failures = new ArrayList<>();
        try (Cluster cluster = clusterOptions.connect(host)) {
            Sweeper sweeper = new Sweeper(cluster);
            for (Leftover found : sweeper.find(whose, TimeLimit.parse(olderThan).duration(), run -> false)) {
                Optional<Path> directory = RunLink.unfinished(found.link());
                if (directory.isPresent()) {
                    kept.add(new Kept(found, directory.get().toString()));
                } else if (dryRun || remove(sweeper, found, out, failures)) {
                    removed.add(found);
                }
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("namespace", cluster.namespace());
            result.put("dryRun", dryRun);
            result.put("removed", removed);
            result.put("kept", kept);
            out.result(text(cluster, removed, kept), result);
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        return 0;
    }

    private static boolean remove(Sweeper sweeper, Leftover leftover, Output out, List<MlopsException> failures) {
        try {
            sweeper.remove(leftover);
            return true;
        } catch (MlopsException e) {
            out.note(leftover + " stays: " + e.getMessage());
            failures.add(e);
            return false;
        }
    }

    private String text(Cluster cluster, List<Leftover> removed, List<Kept> kept) {
        StringBuilder text = new StringBuilder();
        for (Leftover one : removed) {
            text.append(dryRun ? "Would remove " : "Removed ").append(one);
            if (allControllers) {
                text.append(", of controller ").append(one.controller());
            }
            text.append('\n');
        }
        for (Kept one : kept) {
            text.append("Left ")
                    .append(one.object())
                    .append(", which is not over: 'mlops train resume ")
                    .append(one.directory())
                    .append("' goes on with it, after 'mlops train stop' it ends it\n");
        }
        if (removed.isEmpty()) {
            text.append("There is nothing to remove in namespace ")
                    .append(cluster.namespace())
                    .append(" of cluster ")
                    .append(cluster.name())
                    .append('\n');
        }
        return text.toString();
    }
}
