package io.jenkins.plugins.mlops.core.gate;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/** Shortcuts for tests: measurements from JSON, results from rules in YAML. */
final class Gates {

    private static final Digest RULES = Digest.of("rules");

    private Gates() {}

    static Measurement measurement(String json) {
        return new Measurement("metrics.json", Digest.of(json), null, null, metrics(json));
    }

    /** With per-sample results. */
    static Measurement measurement(String json, String samples) {
        return Measurement.of(InputFile.of(
                "metrics.json",
                json.getBytes(StandardCharsets.UTF_8),
                name -> new ByteArrayInputStream(samples.getBytes(StandardCharsets.UTF_8))));
    }

    static Metrics metrics(String json) {
        return MetricsReader.metrics(MetricsReader.document(json, "metrics.json"), "metrics.json");
    }

    /** The result for rules in YAML; the baseline, null for none, is the champion. */
    static GateResult evaluate(String rules, Measurement candidate, Measurement champion) {
        return evaluate(RuleSet.parse(rules, "gate.yaml"), candidate, champion);
    }

    static GateResult evaluate(RuleSet rules, Measurement candidate, Measurement champion) {
        Baseline baseline = champion == null
                ? new Baseline.None("digits has no champion yet")
                : new Baseline.Found("the champion", champion);
        return new Gate(rules, "gate.yaml", RULES).evaluate(candidate, reference -> baseline);
    }
}
