package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class WithMlflowStepTest {

    @Test
    void snippetsAndFormKeepEveryField(JenkinsRule jenkins) throws Exception {
        MlopsConfiguration.get().setMlflowServers(List.of(new MlflowProfile("team", "http://localhost:1")));
        SnippetizerTester snippets = new SnippetizerTester(jenkins);
        WithMlflowStep step = new WithMlflowStep("digits");
        snippets.assertRoundTrip(step, "withMLflow('digits') {\n    // some block\n}");
        step.setServer("team");
        step.setRunName("night's run");
        step.setParams(Map.of("net", new TreeMap<>(Map.of("layers", 2, "names", List.of("a", "b")))));
        step.setSeed(42L);
        step.setParent("models:/digits@champion");
        step.setModel("out/model");
        step.setMetrics("out/metrics.json");
        snippets.assertRoundTrip(
                step,
                "withMLflow(experiment: 'digits', metrics: 'out/metrics.json', model: 'out/model',"
                        + " params: [net: [layers: 2, names: ['a', 'b']]], parent: 'models:/digits@champion',"
                        + " runName: 'night\\'s run', seed: 42, server: 'team') {\n    // some block\n}");
        WithMlflowStep again = new StepConfigTester(jenkins).configRoundTrip(step);
        assertThat(again.getParams()).isEqualTo(step.getParams());
        assertThat(again.getSeed()).isEqualTo(42L);
    }

    @Test
    void parametersAreThoseThatPythonReads() {
        WithMlflowStep step = new WithMlflowStep("digits");
        step.setParams(Map.of("rate", new BigDecimal("0.00001"), "single", 0.1f, "name", new StringBuilder("sgd")));
        assertThat(step.getParams())
                .containsEntry("rate", 1e-5)
                .containsEntry("single", 0.1)
                .containsEntry("name", "sgd");
        assertThatThrownBy(() -> step.setParams(Map.of("at", new Date())))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("'at' is a Date");
        assertThatThrownBy(() -> step.setParams(Map.of("a b", 1))).hasMessageContaining("'a b' is refused");
    }
}
