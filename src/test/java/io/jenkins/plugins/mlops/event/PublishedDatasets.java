package io.jenkins.plugins.mlops.event;

import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jvnet.hudson.test.JenkinsRule;

/** Publishes with core's publisher, and jobs that are built from it. */
final class PublishedDatasets {

    static final String TO = "s3://lab-data/vision";

    private PublishedDatasets() {}

    /** An object store of the name "minio" whose token is kept with the id "events". */
    static ObjectStoreProfile configure(URI endpoint) throws IOException {
        Webhook.secrets(Map.of("events", Notifications.TOKEN));
        ObjectStoreProfile store = new ObjectStoreProfile("minio", endpoint.toString());
        store.setEventTokenId("events");
        MlopsConfiguration.get().setObjectStores(List.of(store));
        return store;
    }

    /** @param text what is in its only file */
    static S3Uri publish(ObjectStore store, Path directory, String to, String name, String text) throws IOException {
        Path files = Files.createDirectories(directory.resolve(name + "-" + text));
        Files.writeString(files.resolve("a.txt"), text);
        return new Datasets(store, null)
                .publish(files, name, S3Uri.parse(to), PublishOptions.DEFAULT, ProgressListener.NONE)
                .location();
    }

    /** Says which version its build has, and asks the store for it. */
    static WorkflowJob create(JenkinsRule jenkins, String name, String dataset) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition("""
                def found = resolveDataset manifest: env.MLOPS_DATASET, store: env.MLOPS_DATASET_STORE
                echo "built ${env.MLOPS_DATASET}"
                echo "as ${env.MLOPS_DATASET_NAME} ${env.MLOPS_DATASET_VERSION == found.version}"
                """, true));
        job.addTrigger(new DatasetPublishedTrigger(dataset));
        return job;
    }

    static void settled() throws Exception {
        MergeJobs.await(() -> VersionInbox.get().kept().stream().allMatch(KeptEvent::isEnded));
    }
}
