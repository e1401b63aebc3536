package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Finds baselines where a gate's caller said they are: in a file that stands for the champion, in files that rules name, or in
 * the tracking server.
 */
public final class Baselines implements BaselineFinder {

    private static final String THE_CHAMPION = "the champion";

    private final Function<String, InputFile> files;
    private final Measurement champion;
    private final String model;
    private final Supplier<RunBaselines> runs;

    /**
     * Names the places.
     *
     * @param files reads what {@code file:PATH} names; a relative path starts at the rule file's directory
     * @param champion the champion's numbers, null to look the champion up
     * @param model the registered model whose champion is meant, null when none is named
     * @param runs the tracking server; asked for only when a rule needs it
     */
    public Baselines(
            Function<String, InputFile> files, Measurement champion, String model, Supplier<RunBaselines> runs) {
        this.files = files;
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
            throw MlopsException.usage("A rule compares with the champion: name the registered model whose champion is"
                    + " meant, or give a baseline file with the champion's numbers");
        }
        return runs.get().ofChampion(model);
    }

    private Baseline file(String path) {
        return new Baseline.Found("the baseline", Measurement.of(files.apply(path)));
    }
}
