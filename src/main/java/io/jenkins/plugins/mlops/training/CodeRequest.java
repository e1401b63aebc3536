package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlops.core.evaluation.EvaluationSpecification;
import io.jenkins.plugins.mlops.core.training.TrainingSpecification;
import io.jenkins.plugins.mlops.core.workload.WorkloadOptions.Code;
import java.io.Serializable;
import java.nio.file.Path;

/**
 * Which files a training on a cluster wants of the code's tree.
 *
 * @param specification path of the specification in the tree; null when the step says all, and the code is the whole tree
 * @param kind of the specification
 * @param codeInImage whether the code is in the image where the specification does not say
 */
record CodeRequest(@CheckForNull String specification, Kind kind, boolean codeInImage) implements Serializable {

    /** What a specification is of. */
    enum Kind {
        TRAINING,
        EVALUATION
    }

    /** Where a specification says that its code is. @param code null when it does not say */
    record Place(Path directory, @CheckForNull Code code) {}

    /** Reads the specification. */
    Place read(Path file) {
        return switch (kind) {
            case TRAINING -> {
                TrainingSpecification read = TrainingSpecification.read(file);
                yield new Place(read.workingDirectory(), read.kubernetes().code());
            }
            case EVALUATION -> {
                EvaluationSpecification read = EvaluationSpecification.read(file);
                yield new Place(read.workingDirectory(), read.kubernetes().code());
            }
        };
    }
}
