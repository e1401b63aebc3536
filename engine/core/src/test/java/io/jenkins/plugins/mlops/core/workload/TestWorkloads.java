package io.jenkins.plugins.mlops.core.workload;

import io.jenkins.plugins.mlops.core.pod.PodPlan;
import io.jenkins.plugins.mlops.core.workload.Workload.Identity;
import io.jenkins.plugins.mlops.core.workload.Workload.Kind;
import io.jenkins.plugins.mlops.core.workload.Workload.Limits;
import io.jenkins.plugins.mlops.core.workload.Workload.Placement;
import io.jenkins.plugins.mlops.core.workload.Workload.PodResources;
import io.jenkins.plugins.mlops.core.workload.Workload.Role;
import io.jenkins.plugins.mlops.core.workload.Workload.Security;
import io.jenkins.plugins.mlops.core.workload.Workload.Toleration;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Workloads to test with. */
public final class TestWorkloads {

    private TestWorkloads() {}

    /** With everything that a workload can have. */
    public static Workload full(Kind kind, int nodes) {
        PodPlan plan = new PodPlan(
                "registry.example.com/mlops-tools@sha256:" + "a".repeat(64),
                URI.create("https://minio.example.com"),
                "us-east-1",
                List.of(
                        new PodPlan.Supply(
                                "code",
                                "s3://ml/code/manifest.json",
                                null,
                                null,
                                "prefix:1",
                                "code",
                                null,
                                null,
                                null,
                                null,
                                null),
                        new PodPlan.Supply(
                                "training dataset",
                                "s3://ml/d/m.json",
                                null,
                                null,
                                "x",
                                "dataset",
                                "recordings",
                                "d",
                                null,
                                null,
                                null)),
                new PodPlan.Cache("dataset-cache", null),
                new PodPlan.Keep("output", "s3://ml/runs/1", "checkpoints", "s3://ml/checkpoints/1", "sha256:f"),
                List.of("output/model", "checkpoints"),
                Map.of("params.json", "{}"));
        return new Workload(
                "digits-1a2b3c4d",
                kind,
                new Identity("ci-example", "0b1e4c9e-0000-4000-8000-000000000001", Role.TRAINING, "https://ci/job/1/"),
                nodes,
                "registry.example.com/trainer@sha256:" + "b".repeat(64),
                List.of("torchrun", "train.py"),
                "/mlops/code",
                Map.of("EPOCHS", "3"),
                Set.of("MLFLOW_TRACKING_TOKEN"),
                new PodResources(2, "nvidia.com/mig-1g.10gb", "4", "16Gi", "2Gi"),
                new Placement(
                        Map.of("nvidia.com/gpu.product", "A100"),
                        List.of(new Toleration("nvidia.com/gpu", "Exists", null, "NoSchedule")),
                        "training",
                        "trainer",
                        List.of("pull"),
                        "research",
                        null,
                        List.of("node-7")),
                Security.RESTRICTED,
                new Limits(Duration.ofMinutes(10), Duration.ofHours(2), Duration.ofSeconds(30), null, 3, 0),
                plan);
    }

    /** The values of all its secrets. */
    public static Map<String, String> secrets() {
        return Map.of(
                "MLFLOW_TRACKING_TOKEN", "planted-token",
                "AWS_ACCESS_KEY_ID", "planted-id",
                "AWS_SECRET_ACCESS_KEY", "planted-key");
    }
}
