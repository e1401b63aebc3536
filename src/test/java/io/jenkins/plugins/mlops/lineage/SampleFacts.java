package io.jenkins.plugins.mlops.lineage;

import io.jenkins.plugins.mlops.lineage.RunFacts.Action;
import io.jenkins.plugins.mlops.lineage.RunFacts.AliasUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.DatasetUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.EvaluationUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.GateUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.MeasuredUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.RuleUse;
import io.jenkins.plugins.mlops.lineage.RunFacts.TrainingUse;
import java.util.List;

/** Facts as the steps of a build with everything leave them. */
final class SampleFacts {

    static final String CONTENT = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    static final String SOURCE_ID = "s3-prefix:sha256:0fc4dfc4feb3b154d20f22308900bf028642220b043804b050d3caaa49dede60";
    static final String MODEL = "sha256:c58e40b0a792851d2027494cd25610951a3f798e1bc99910ae6994143b32524c";
    static final String GATE = "sha256:10ebd15cef41ee75605912e3177fa11bc02d74423f9c979b01fbfd5b464c165f";
    static final String COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b";
    static final String RUN = "4f1c2b7a9d3e4f60a1b2c3d4e5f60718";

    static final String EVALUATION_RUN = "5d1c0f3f6a9b4e21a2c7f0b5d3e8a914";

    private SampleFacts() {}

    static DatasetUse pulled(String id) {
        return new DatasetUse(
                id,
                Action.PULLED,
                "training",
                "digits-train",
                CONTENT,
                SOURCE_ID,
                "s3://datasets/digits/train",
                1437,
                1_204_812,
                "gpu-agent-1",
                "/home/jenkins/workspace/digits/data/train",
                "2026-11-02T10:00:01Z");
    }

    static DatasetUse resolved(String id) {
        return new DatasetUse(
                id,
                Action.RESOLVED,
                null,
                "night",
                null,
                "dvc:md5:3863d0e317dee0a55c4e59d2ec0eef33",
                "s3://datasets/night",
                12,
                0,
                null,
                null,
                "2026-11-02T10:00:02Z");
    }

    static TrainingUse training(String id, String record) {
        return new TrainingUse(
                id,
                "tag-" + id,
                "lab",
                "digits",
                RUN,
                "https://mlflow.example/#/experiments/1/runs/" + RUN,
                "FINISHED",
                COMMIT,
                "https://git.example/team/digits.git",
                MODEL,
                "models:/digits/2",
                "evaluations/" + id + ".json",
                record,
                List.of("the work tree differed from the commit in 1 file: train.py"),
                "2026-11-02T10:01:00Z");
    }

    static EvaluationUse evaluation(String id) {
        return new EvaluationUse(
                id,
                "lab",
                CONTENT,
                new MeasuredUse(
                        "runs:/" + RUN,
                        MODEL,
                        RUN,
                        EVALUATION_RUN,
                        "https://mlflow.example/#/experiments/2/runs/" + EVALUATION_RUN,
                        "evaluation-" + id + ".json"),
                new MeasuredUse(
                        "models:/digits/2", MODEL, null, EVALUATION_RUN, null, "evaluation-" + id + "-champion.json"),
                "2026-11-02T10:01:30Z");
    }

    static GateUse gate(String id) {
        return new GateUse(
                id,
                "quality",
                "fail",
                "1 of 3 rules failed",
                "gates/" + id,
                GATE,
                MODEL,
                RUN,
                "champion, version 2",
                List.of(
                        new RuleUse("accuracy", null, "0.9611", "0.95", "0.9556", "pass", "0.9611 is at least 0.95"),
                        new RuleUse(
                                "accuracy",
                                "eight",
                                "0.8788",
                                "0.9",
                                "0.9091",
                                "fail",
                                "0.8788 is below 0.9, which is 0.0091 worse than the champion's 0.9091",
                                "-0.0303",
                                "change -0.06 to -0.001",
                                "95%",
                                66L,
                                "higher"),
                        new RuleUse(
                                "recall",
                                "nine",
                                "0.9444",
                                null,
                                null,
                                "inconclusive",
                                "18 samples are fewer than the 30 that the rule wants")),
                "2026-11-02T10:02:00Z");
    }

    static AliasUse alias(String id) {
        return new AliasUse(
                id,
                "promote",
                "lab",
                "digits",
                "champion",
                3,
                2,
                RUN,
                GATE,
                "alice",
                "Agreed in the review of 2 November",
                "2026-11-02T10:03:00Z");
    }

    /** All kinds. */
    static RunFacts all(RunFacts before) {
        return before.with(pulled("4"))
                .with(resolved("5"))
                .with(training("7", null))
                .with(evaluation("8"))
                .with(gate("9"))
                .with(alias("11"));
    }
}
