package io.jenkins.plugins.mlops.lineage;

import edu.umd.cs.findbugs.annotations.NonNull;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.gate.Measurement;
import java.nio.file.Path;
import java.util.Map;

/** The numbers of an evaluation record that a build keeps. */
public final class EvaluationFile {

    private EvaluationFile() {}

    /**
     * The overall numbers by name.
     *
     * @throws MlopsException of kind USAGE when the file is absent or broken
     */
    @NonNull
    public static Map<String, Double> overall(@NonNull Path file) {
        return Measurement.read(file, "evaluation.json").metrics().overall();
    }
}
