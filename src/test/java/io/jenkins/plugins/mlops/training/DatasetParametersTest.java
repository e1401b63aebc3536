package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Descriptor;
import hudson.model.Result;
import io.jenkins.plugins.mlops.dataset.PullDatasetStep;
import io.jenkins.plugins.mlops.dataset.ResolveDatasetStep;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** How steps are told which dataset is meant. */
@WithJenkins
class DatasetParametersTest {

    @Test
    void theSnippetGeneratorWritesAnOutputOfDvcAsAMap(JenkinsRule jenkins) throws Exception {
        SnippetizerTester tester = new SnippetizerTester(jenkins);
        TrainModelStep training = new TrainModelStep();
        training.setSpec("train.yaml");
        training.setDataset("{dvc: data/set, rev: v1.4}");
        assertThat(new StepConfigTester(jenkins).configRoundTrip(training).getDataset())
                .isEqualTo("{dvc: data/set, rev: v1.4}");
        tester.assertGenerateSnippet(
                "{'stapler-class':'" + TrainModelStep.class.getName()
                        + "', 'spec':'train.yaml', 'dataset':'{dvc: data/set, rev: v1.4}'}",
                "trainModel dataset: [dvc: 'data/set', rev: 'v1.4'], spec: 'train.yaml'",
                null);
        tester.assertGenerateSnippet(
                "{'stapler-class':'" + EvaluateModelStep.class.getName()
                        + "', 'spec':'evaluate.yaml', 'dataset':'s3://data/holdout'}",
                "evaluateModel dataset: 's3://data/holdout', spec: 'evaluate.yaml'",
                null);
    }

    @Test
    void whatIsNoDatasetIsToldBeforeAnythingElse(JenkinsRule jenkins) throws Exception {
        for (List<String> wrong : List.of(
                List.of("[dvc: 'data', ref: 'v1']", "ref"),
                List.of("[dvc: 'data', from: 's3://data/set']", "exactly one of from, manifest and dvc"),
                List.of("[rev: 'v1']", "exactly one of from, manifest and dvc"),
                List.of("'s3://Data Set'", "'Data Set' is not a bucket name"))) {
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(
                    "trainModel image: 'trainer', command: ['train'], dataset: " + wrong.get(0), true));
            WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);
            assertThat(JenkinsRule.getLog(run).lines().filter(line -> line.startsWith("ERROR: ")))
                    .as(wrong.get(0))
                    .singleElement()
                    .asString()
                    .contains(wrong.get(1));
        }
    }

    /** Fields that steps share are explained once. */
    @Test
    void sharedFieldsAreExplained(JenkinsRule jenkins) throws Exception {
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
            for (Class<?> step : List.of(PullDatasetStep.class, ResolveDatasetStep.class)) {
                for (String field : List.of("from", "manifest", "dvc", "repo", "rev", "store")) {
                    Descriptor<?> descriptor = jenkins.jenkins.getDescriptorByName(step.getName());
                    assertThat(browser.goTo("descriptor/" + descriptor.getId() + "/help/" + field)
                                    .asNormalizedText())
                            .as(field)
                            .isNotBlank();
                }
            }
        }
    }
}
