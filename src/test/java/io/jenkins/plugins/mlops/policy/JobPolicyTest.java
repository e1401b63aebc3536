package io.jenkins.plugins.mlops.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Item;
import hudson.model.Result;
import hudson.model.listeners.ItemListener;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.config.ProfileChoices;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What a job may do, and that nothing which a job's author can do changes it. */
@WithJenkins
class JobPolicyTest {

    private JenkinsRule jenkins;
    private MlopsConfiguration configuration;

    @BeforeEach
    void setUp(JenkinsRule rule) {
        jenkins = rule;
        configuration = MlopsConfiguration.get();
        configuration.setObjectStores(List.of(
                new ObjectStoreProfile("first", "http://localhost:1"),
                new ObjectStoreProfile("team-store", "http://localhost:2"),
                new ObjectStoreProfile("secret-store", "http://localhost:3")));
        configuration.setMlflowServers(List.of(
                new MlflowProfile("lab", "http://localhost:1"), new MlflowProfile("prod", "http://localhost:2")));
        configuration.setClusters(List.of(new TrainingCluster("small"), new TrainingCluster("large")));
    }

    @Test
    void policiesOfAllFoldersAroundAJobHoldTogether() throws Exception {
        Folder team = jenkins.createProject(Folder.class, "team");
        Folder vision = team.createProject(Folder.class, "vision");
        WorkflowJob job = vision.createProject(WorkflowJob.class, "train");
        WorkflowJob beside = jenkins.createProject(WorkflowJob.class, "team-vision");
        FolderPolicy all = new FolderPolicy("");
        all.setObjectStore("first");
        all.setAliases(List.of("champion", "staging"));
        all.setRequireGate(true);
        FolderPolicy ofTeam = new FolderPolicy("/Team/");
        ofTeam.setObjectStore("team-store");
        ofTeam.setObjectStores(List.of("team-store", "first"));
        ofTeam.setLocations(List.of("s3://data/team", "s3://public"));
        FolderPolicy ofVision = new FolderPolicy("team/vision");
        ofVision.setLocations(List.of("s3://data/team/vision"));
        ofVision.setModels(List.of("vision-*"));
        ofVision.setRequireApproval(true);
        ofVision.setQueues(List.of("gpu"));
        configuration.setPolicies(List.of(all, ofTeam, ofVision));

        JobPolicy policy = JobPolicy.of(job);
        assertThat(policy.objectStore(null).getName()).isEqualTo("team-store");
        assertThat(policy.objectStore("first").getName()).isEqualTo("first");
        assertRefused(
                () -> policy.objectStore("secret-store"),
                "The policy of 'Team' does not allow the object store 'secret-store': it allows team-store, first");
        assertThat(policy.allowsLocation(S3Uri.parse("s3://data/team/vision/a")))
                .isTrue();
        assertThat(policy.allowsLocation(S3Uri.parse("s3://data/team/other"))).isFalse();
        assertThat(policy.allowsLocation(S3Uri.parse("s3://public/a")))
                .as("an inner policy restricts further")
                .isFalse();
        assertRefused(() -> policy.checkLocation(S3Uri.parse("s3://else/a")), "s3://else/a");
        policy.checkModel("vision-digits");
        assertRefused(
                () -> policy.checkModel("digits"),
                "The policy of 'team/vision' does not allow the model 'digits': it allows vision-*");
        assertRefused(
                () -> policy.checkAlias("nightly"),
                "The policy of all jobs does not allow the alias 'nightly': it allows champion, staging");
        assertRefused(() -> policy.checkQueue(null), "does not allow to leave out the queue: it allows gpu");
        policy.checkPriority(null);
        assertThat(policy.requirements().gate()).isTrue();
        assertThat(policy.requirements().approval()).isTrue();
        assertThat(policy.requirements().lineage()).isFalse();
        assertThat(policy.requirements().source(Requirement.APPROVAL)).contains("The policy of 'team/vision'");

        assertThat(JobPolicy.of(beside).objectStores()).hasSize(3);
        assertThat(JobPolicy.of(beside).requirements().approval()).isFalse();
        assertThat(JobPolicy.of((Item) null).objectStore(null).getName()).isEqualTo("first");
        assertThat(JobPolicy.of((Item) vision).allowsModel("digits")).isFalse();

        assertThat(ProfileChoices.objectStores(job, null))
                .extracting(option -> option.value)
                .containsExactly("", "first", "team-store");
        assertThat(ProfileChoices.objectStores(job, "secret-store"))
                .as("what is set stays, so that saving loses nothing")
                .extracting(option -> option.value)
                .contains("secret-store");

        ofVision.setObjectStores(List.of("secret-store"));
        assertRefused(
                () -> JobPolicy.of(job).objectStore(null),
                "The policy of 'team/vision' does not allow the default object store 'team-store'");
    }

    @Test
    void renamingMovingAndCopyingDoNotShakeAPolicyOff() throws Exception {
        Folder team = jenkins.createProject(Folder.class, "team");
        Folder open = jenkins.createProject(Folder.class, "open");
        Folder vision = team.createProject(Folder.class, "vision");
        WorkflowJob job = vision.createProject(WorkflowJob.class, "train");
        FolderPolicy ofVision = new FolderPolicy("team/vision");
        ofVision.setObjectStores(List.of("team-store"));
        FolderPolicy ofJob = new FolderPolicy("team/vision/train");
        ofJob.setAliases(List.of("staging"));
        configuration.setPolicies(List.of(ofVision, ofJob));

        team.renameTo("group");
        assertRestricted(job, "'group/vision'");
        vision.renameTo("sight");
        assertRestricted(job, "'group/sight'");
        Folder moved = hudson.model.Items.move(vision, open);
        job = (WorkflowJob) jenkins.jenkins.getItemByFullName("open/sight/train");
        assertThat(moved.getFullName()).isEqualTo("open/sight");
        assertRestricted(job, "'open/sight'");
        job.renameTo("learn");
        assertThat(JobPolicy.of((Item) job).allowsAlias("champion")).isFalse();

        WorkflowJob copy = (WorkflowJob) moved.copy((hudson.model.TopLevelItem) job, "copy");
        assertThat(JobPolicy.of((Item) copy).allowsAlias("champion"))
                .as("the copy of a job has the job's policy")
                .isFalse();
        Folder folderCopy = (Folder) jenkins.jenkins.copy((hudson.model.TopLevelItem) open, "opened");
        assertRestricted((WorkflowJob) jenkins.jenkins.getItemByFullName("opened/sight/learn"), "'opened/sight'");

        moved.delete();
        configuration.load();
        assertThat(configuration.getPolicies())
                .extracting(FolderPolicy::getFolder)
                .as("saved, also after the deletion")
                .contains("open/sight", "open/sight/learn", "open/sight/copy", "opened/sight");
        Folder anew = open.createProject(Folder.class, "sight");
        assertRestricted(anew.createProject(WorkflowJob.class, "new"), "'open/sight'");
        assertThat(folderCopy.getFullName()).isEqualTo("opened");
    }

    @Test
    void aJobIsConcernedWhileItIsBeingRenamed() throws Exception {
        Folder team = jenkins.createProject(Folder.class, "team");
        WorkflowJob job = team.createProject(WorkflowJob.class, "train");
        FolderPolicy ofTeam = new FolderPolicy("team");
        ofTeam.setObjectStores(List.of("team-store"));
        configuration.setPolicies(List.of(ofTeam));
        List<Boolean> seen = new ArrayList<>();
        ItemListener watching = new ItemListener() {
            @Override
            public void onLocationChanged(Item item, String oldFullName, String newFullName) {
                seen.add(JobPolicy.of((Item) job).objectStores().size() == 1);
            }
        };
        ItemListener.all().add(0, watching);
        try {
            team.renameTo("other");
        } finally {
            ItemListener.all().remove(watching);
        }
        assertThat(seen).isNotEmpty().doesNotContain(false);
        assertRestricted(job, "'other'");
    }

    @Test
    void theStepsOfAJobKeepToItHoweverTheyAreRun() throws Exception {
        Folder team = jenkins.createProject(Folder.class, "team");
        FolderPolicy ofTeam = new FolderPolicy("team");
        ofTeam.setObjectStores(List.of("team-store"));
        ofTeam.setObjectStore("team-store");
        ofTeam.setLocations(List.of("s3://data/team"));
        ofTeam.setMlflowServers(List.of("lab"));
        ofTeam.setModels(List.of("team-*"));
        ofTeam.setAliases(List.of("staging"));
        ofTeam.setClusters(List.of("small"));
        ofTeam.setImages(List.of("registry.example.org/team"));
        ofTeam.setRequireApproval(true);
        configuration.setPolicies(List.of(ofTeam));
        WorkflowJob job = team.createProject(WorkflowJob.class, "train");
        job.setDefinition(new CpsFlowDefinition("echo 'nothing'", true));
        WorkflowRun first = jenkins.buildAndAssertSuccess(job);

        String hostile = """
                def said = { what -> try { what() ; echo 'said: nothing' } catch (e) { echo "said: ${e.message}" } }
                said { resolveDataset store: 'secret-store', from: 's3://data/team/a' }
                said { resolveDataset from: 's3://data/other' }
                said { resolveDataset from: 's3://data/team/../other' }
                said { promoteModel name: 'other', alias: 'staging' }
                said { promoteModel name: 'team-digits', alias: 'champion' }
                said { promoteModel name: 'team-digits', alias: 'staging', server: 'prod' }
                said { promoteModel name: 'team-digits', alias: 'staging', override: true, reason: 'me' }
                said { rollbackModel name: 'other', alias: 'staging' }
                said { trainModel image: 'registry.example.org/team/train:1', command: ['true'], cluster: 'large' }
                said { gpuPod(image: 'registry.example.org/team/train:1', cluster: 'large') { } }
                """;
        first.getAction(ReplayAction.class).run2(hostile, Map.of());
        jenkins.waitUntilNoActivity();
        WorkflowRun replayed = job.getLastBuild();
        jenkins.assertBuildStatus(Result.SUCCESS, replayed);
        for (String sentence : List.of(
                "does not allow the object store 'secret-store': it allows team-store",
                "does not allow the location 's3://data/other': it allows s3://data/team",
                "does not allow the location 's3://data/team/../other'",
                "does not allow the model 'other': it allows team-*",
                "does not allow the alias 'champion': it allows staging",
                "does not allow the MLflow server 'prod': it allows lab",
                "The policy of 'team' requires the approval of a promotion by a person",
                "does not allow the cluster 'large': it allows small")) {
            jenkins.assertLogContains(
                    "said: The policy of 'team' " + sentence.replace("The policy of 'team' ", ""), replayed);
        }
        jenkins.assertLogNotContains("said: nothing", replayed);
    }

    private static void assertRestricted(WorkflowJob job, String whose) {
        assertRefused(() -> JobPolicy.of((Item) job).objectStore("first"), "The policy of " + whose);
    }

    private static void assertRefused(Runnable asking, String sentence) {
        assertThatThrownBy(asking::run)
                .isInstanceOf(MlopsException.class)
                .hasFieldOrPropertyWithValue("kind", MlopsException.Kind.REFUSED)
                .hasMessageContaining(sentence);
    }
}
