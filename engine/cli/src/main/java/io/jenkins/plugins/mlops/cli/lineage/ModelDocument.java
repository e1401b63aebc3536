package io.jenkins.plugins.mlops.cli.lineage;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.GateVerdict;
import io.jenkins.plugins.mlops.core.lineage.ModelFiles.ModelFile;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything that is known of a model, as {@code mlops lineage show --json} prints it. Absent values are null, lists never.
 *
 * @param model its content id
 * @param record the provenance shown; null when none is known
 * @param trainings how many records say that a training made these files
 * @param parents the models it came from, its own parent first, then the parent's
 * @param gaps what is not known, one phrase each
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record ModelDocument(
        Digest model,
        List<Version> versions,
        Digest record,
        int trainings,
        String commit,
        String repository,
        List<Dataset> datasets,
        Artifact image,
        Artifact environment,
        List<Parent> parents,
        Run run,
        Map<String, Object> parameters,
        List<Evaluation> evaluations,
        List<GateVerdict> gates,
        List<Registration> registrations,
        List<Promotion> promotions,
        List<ModelFile> files,
        List<String> gaps,
        List<Record> records) {

    /** A registered version. @param aliases those that point to it now; null when no MLflow server was asked */
    record Version(String name, int version, List<String> aliases) {}

    /** A dataset. @param version the content id @param source the source id */
    record Dataset(String role, String name, String version, String source, String uri, Long files, Long bytes) {}

    record Artifact(String name, String digest) {}

    /** A model it came from. @param recorded whether its own provenance is known */
    record Parent(int generation, String uri, Digest digest, boolean recorded, String commit, List<Dataset> datasets) {}

    record Run(
            String id,
            String url,
            String experiment,
            String builder,
            Map<String, String> versions,
            String invocation,
            Instant startedOn,
            Instant finishedOn) {}

    /** A record in the store. */
    record Record(Digest digest, String predicateType, Instant time) {}
}
