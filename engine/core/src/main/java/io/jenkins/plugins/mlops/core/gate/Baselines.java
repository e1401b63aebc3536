package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Finds baselines where a gate's caller said they are: in a file that stands for the champion, in files that rules name, or in
 * the tracking server.
 */
public final class Baselines implements BaselineFinder {

    private static final String THE_CHAMPION = "the champion";

    private final Path ruleDirectory;
    private final Measurement champion;
    private final String model;
    private final Supplier<RunBaselines> runs;

    /**
     * Names the places.
     *
     * @param ruleDirectory where {@code file:PATH} starts
     * @param champion the champion's numbers, null to look the champion up
     * @param model the registered model whose champion is meant, null when none is named
     * @param runs the tracking server; asked for only when a rule needs it
     */
    public Baselines(Path ruleDirectory, Measurement champion, String model, Supplier<RunBaselines> runs) {
        this.ruleDirectory = ruleDirectory;
        this.champion = champion;
        this.model = model;
        this.runs = runs;
    }

    @Override
    public Baseline find(BaselineReference reference) {
        return switch (reference.kind()) {
            case CHAMPION -> champion();
            case RUN -> runs.get().ofRun(reference.value());
            case FILE -> file(reference.value());
        };
    }

    private Baseline champion() {
        if (champion != null) {
            return new Baseline.Found(THE_CHAMPION, champion);
        }
        if (model == null) {
            throw MlopsException.usage("A rule compares with the champion: give the champion's numbers with --baseline"
                    + " FILE, or the registered model with --model NAME");
        }
        return runs.get().ofChampion(model);
    }

    private Baseline file(String path) {
        return new Baseline.Found("the baseline", Measurement.read(ruleDirectory.resolve(path), path));
    }
}
