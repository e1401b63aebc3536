package io.jenkins.plugins.mlops.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Item;
import hudson.model.Result;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the dataset steps' forms keep, and what the steps say to wrong parameters before they ask any server. */
@WithJenkins
class DatasetStepsTest {

    private JenkinsRule jenkins;

    @BeforeEach
    void setUp(JenkinsRule rule) {
        jenkins = rule;
        MlopsConfiguration.get()
                .setObjectStores(List.of(
                        new ObjectStoreProfile("team", "http://127.0.0.1:1"),
                        new ObjectStoreProfile("archive", "http://127.0.0.1:2")));
    }

    @Test
    void snippetsAndFormsKeepEveryField() throws Exception {
        SnippetizerTester snippets = new SnippetizerTester(jenkins);
        ResolveDatasetStep resolve = new ResolveDatasetStep();
        resolve.setFrom("s3://data/digits");
        resolve.setStore("archive");
        snippets.assertRoundTrip(resolve, "resolveDataset from: 's3://data/digits', store: 'archive'");
        ResolveDatasetStep ofDvc = new ResolveDatasetStep();
        ofDvc.setDvc("dvc.yaml:prepare");
        ofDvc.setRepo("code");
        ofDvc.setRev("v1.4");
        snippets.assertRoundTrip(ofDvc, "resolveDataset dvc: 'dvc.yaml:prepare', repo: 'code', rev: 'v1.4'");
        PullDatasetStep pullOfDvc = new PullDatasetStep("data");
        pullOfDvc.setDvc("data/train");
        pullOfDvc.setRepo("code");
        pullOfDvc.setRev("v1.4");
        snippets.assertRoundTrip(pullOfDvc, "pullDataset dvc: 'data/train', into: 'data', repo: 'code', rev: 'v1.4'");
        assertThat(new StepConfigTester(jenkins).configRoundTrip(pullOfDvc))
                .usingRecursiveComparison()
                .isEqualTo(pullOfDvc);
        PublishDatasetStep publish = new PublishDatasetStep("out", "digits", "s3://data/published");
        snippets.assertRoundTrip(publish, "publishDataset directory: 'out', name: 'digits', to: 's3://data/published'");
        publish.setJobs(3);
        publish.setStore("archive");
        snippets.assertRoundTrip(
                publish,
                "publishDataset directory: 'out', jobs: 3, name: 'digits', store: 'archive',"
                        + " to: 's3://data/published'");
        PullDatasetStep pull = new PullDatasetStep("data");
        pull.setManifest("s3://data/x.json");
        snippets.assertRoundTrip(pull, "pullDataset into: 'data', manifest: 's3://data/x.json'");
        pull.setStore("archive");
        pull.setRole("evaluation");
        pull.setJobs(4);
        pull.setLink("copy");
        pull.setInclude(List.of("*.png", "labels/**"));
        pull.setSample(7);
        pull.setForce(true);
        snippets.assertRoundTrip(
                pull,
                "pullDataset force: true, include: ['*.png', 'labels/**'], into: 'data', jobs: 4, link: 'copy',"
                        + " manifest: 's3://data/x.json', role: 'evaluation', sample: 7, store: 'archive'");
        PullDatasetStep again = new StepConfigTester(jenkins).configRoundTrip(pull);
        assertThat(again.getInclude()).containsExactly("*.png", "labels/**");
        assertThat(again).usingRecursiveComparison().isEqualTo(pull);
    }

    @Test
    void theStoresAreToldToThoseWhoMayConfigure() throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .toEveryone()
                .grant(Item.CONFIGURE)
                .everywhere()
                .to("author"));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        PullDatasetStep.DescriptorImpl form = jenkins.jenkins.getDescriptorByType(PullDatasetStep.DescriptorImpl.class);
        try (ACLContext ignored = ACL.as2(User.getById("author", true).impersonate2())) {
            assertThat(form.doFillStoreItems(job, "")).extracting("value").containsExactly("", "team", "archive");
        }
        try (ACLContext ignored = ACL.as2(User.getById("reader", true).impersonate2())) {
            assertThat(form.doFillStoreItems(job, "")).extracting("value").containsExactly("");
        }
    }

    @Test
    void wrongParametersAreToldInOneSentence() throws Exception {
        assertRefused("resolveDataset()", "wants exactly one of 'from' (s3://bucket/prefix), 'manifest'");
        assertRefused("resolveDataset from: 's3://data/p', manifest: 's3://data/m.json'", "wants exactly one of");
        assertRefused("resolveDataset manifest: 'local.json'", "without a workspace: put the step into node {}");
        assertRefused("resolveDataset from: 'b/p'", "resolveDataset: ");
        assertRefused(
                "resolveDataset dvc: 'data'", "what DVC says of data without a workspace: put the step into node {}");
        assertRefused("node { resolveDataset dvc: 'data', from: 's3://data/p' }", "wants exactly one of");
        assertRefused("node { pullDataset from: 's3://data/p', rev: 'v1', into: 'd' }", "name it with 'dvc'");
        assertRefused("node { pullDataset dvc: 'data', repo: 'none', into: 'd' }", "none does not exist");
        assertRefused(
                "node { pullDataset from: 's3://data/p', into: 'd', role: 'test' }", "role is training or evaluation");
        assertRefused("node { pullDataset from: 's3://data/p', into: 'd', link: 'sym' }", "'link' is hardlink or copy");
        assertRefused("node { pullDataset from: 's3://data/p', into: 'd', jobs: 0 }", "1 to 256 are possible");
        assertRefused("node { pullDataset from: 's3://data/p', into: 'd', include: ['['] }", "'[' is no glob");
        assertRefused("node { pullDataset from: 's3://data/p', into: '' }", "wants 'into'");
        assertRefused("resolveDataset from: 's3://data/p', store: 'none'", "There is no object store 'none'");
        assertRefused("node { pullDataset manifest: 'absent.json', into: 'd' }", "absent.json does not exist");
    }

    private void assertRefused(String script, String says) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);
        jenkins.assertLogContains(says, run);
        jenkins.assertLogNotContains("\tat ", run);
        assertThat(JenkinsRule.getLog(run).lines().filter(line -> line.startsWith("ERROR: ")))
                .as(script)
                .hasSize(1);
    }
}
