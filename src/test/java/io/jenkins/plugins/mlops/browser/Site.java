package io.jenkins.plugins.mlops.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.DigitsController;
import io.jenkins.plugins.mlops.DigitsController.Job;
import io.jenkins.plugins.mlops.DigitsProject;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * A controller with the packaged plugin for all the tests of a class: with security, the people of {@link SiteController}, an enforced
 * content security policy, the configuration of docs/jenkins-quickstart.md and real servers.
 */
final class Site implements BeforeAllCallback, AfterAllCallback {

    private static final String VENV = System.getenv("MLOPS_TEST_VENV");

    /** A training or two on two processors that do other things besides, and a walk through every page. */
    private static final int TIMEOUT_SECONDS = 2400;

    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .javaOptions(
                    "-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true",
                    "-Djenkins.security.csp.CspHeader.headerName=Content-Security-Policy");

    private Path directory;
    private TestServers.S3 s3;
    private String bucket;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        assumeTrue(VENV != null, "the environment has no MLOPS_TEST_VENV: run it with testing/servers");
        Browser.assumeThere();
        URI mlflow = TestServers.mlflow();
        s3 = TestServers.s3();
        bucket = s3.newBucket();
        jenkins.beforeEach(context);
        PackagedPlugin.install(jenkins);
        directory = jenkins.createTempDirectory("site");
        Path configuration = directory.resolve("jenkins.yaml");
        Files.writeString(configuration, DigitsProject.configuration());
        jenkins.extraEnv("CASC_JENKINS_CONFIG", configuration.toString())
                .extraEnv("AWS_ACCESS_KEY_ID", s3.accessKey())
                .extraEnv("AWS_SECRET_ACCESS_KEY", s3.secretKey())
                .extraEnv("AWS_ENDPOINT_URL_S3", s3.endpoint())
                .extraEnv("MLFLOW_TRACKING_URI", mlflow.toString());
        jenkins.startJenkins();
        try {
            jenkins.runRemotely(SiteController::prepare);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        jenkins.afterEach(context);
    }

    RealJenkinsExtension jenkins() {
        return jenkins;
    }

    URI root() throws IOException {
        return URI.create(jenkins.getUrl().toString());
    }

    /** Makes a job of the pipeline of pipelines/digits, with a repository of its own. */
    Job digits(String name) throws Throwable {
        Path repository = directory.resolve(name);
        DigitsProject.repository(repository, DigitsProject.PIPELINE.toString());
        Job job = new Job(
                name,
                repository.toUri().toString(),
                DigitsProject.PIPELINE + "/Jenkinsfile",
                "s3://" + bucket + "/" + name,
                VENV);
        jenkins.runRemotely(DigitsController::create, job);
        return job;
    }

    /** Runs a build to its end; returns its number. */
    int build(Job job, Map<String, Serializable> parameters) throws Throwable {
        return jenkins.runRemotely(DigitsController::build, job, new HashMap<>(parameters));
    }

    /** Makes a job with ten thousand builds. */
    void manyBuilds(String name) throws Throwable {
        jenkins.runRemotely(SiteController::manyBuilds, name);
    }
}
