package io.jenkins.plugins.mlops.dataset;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Label;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A real S3 server whose keys the controller has, a gate before it that sees every request, and an agent {@code far} without keys. */
@WithJenkins
abstract class GatedStoreFixture {

    @TempDir
    Path directory;

    JenkinsRule jenkins;
    TestServers.S3 s3;
    String bucket;
    S3Gate gate;
    DumbSlave agent;

    @BeforeEach
    void connect(JenkinsRule rule) throws Exception {
        jenkins = rule;
        s3 = TestServers.s3();
        bucket = s3.newBucket();
        gate = new S3Gate(URI.create(s3.endpoint()));
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.SYSTEM, "keys", null, s3.accessKey(), s3.secretKey()));
        ObjectStoreProfile profile = new ObjectStoreProfile("gate", endpoint());
        profile.setCredentialsId("keys");
        MlopsConfiguration.get().setObjectStores(List.of(profile));
        agent = jenkins.createOnlineSlave(Label.get("far"));
    }

    @AfterEach
    void close() {
        gate.close();
    }

    /** Of the gate. */
    String endpoint() {
        return "http://127.0.0.1:" + gate.port();
    }

    /** Of the server itself. */
    ObjectStoreSettings settings() {
        return new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null));
    }

    WorkflowRun success(String script) throws Exception {
        return jenkins.buildAndAssertSuccess(job(script));
    }

    /** A build that fails, and tells why without a stack trace. */
    WorkflowRun failure(String script) throws Exception {
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job(script));
        jenkins.assertLogNotContains("\tat ", run);
        return run;
    }

    WorkflowJob job(String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }
}
