package io.jenkins.plugins.mlops.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.DigitsController;
import io.jenkins.plugins.mlops.DigitsController.Job;
import io.jenkins.plugins.mlops.DigitsProject;
import io.jenkins.plugins.mlops.PackagedPlugin;
import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import io.jenkins.plugins.mlops.event.MergedRepository;
import io.jenkins.plugins.mlops.event.Notifications;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * A controller with the packaged plugin, and a browser before it, for all the tests of a class and of the classes nested in it: with
 * security, the people of {@link SiteController}, an enforced content security policy, the configuration of docs/jenkins-quickstart.md
 * and real servers. Its jobs are built when a test first asks for them.
 */
final class Site implements BeforeAllCallback, AfterAllCallback {

    private static final String VENV = System.getenv("MLOPS_TEST_VENV");

    /** Some trainings on two processors that do other things besides, and a walk through every page. */
    private static final int TIMEOUT_SECONDS = 3600;

    /** Where in the bucket nobody wants what is published. */
    static final String UNWANTED = "secret/signs";

    private static final String REPOSITORIES = "https://git.example.org/vision/";

    private final RealJenkinsExtension jenkins = new RealJenkinsExtension()
            .withTimeout(TIMEOUT_SECONDS)
            .javaOptions(
                    "-Dhudson.plugins.git.GitSCM.ALLOW_LOCAL_CHECKOUT=true",
                    "-Djenkins.security.csp.CspHeader.headerName=Content-Security-Policy");

    private Path directory;
    private TestServers.S3 s3;
    private String bucket;
    private Browser browser;
    private Job digits;
    private boolean reviewed;
    private boolean signs;
    private boolean published;
    private boolean years;
    private Bitbucket bitbucket;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        if (!context.getEnclosingTestClasses().isEmpty()) {
            return;
        }
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
                .extraEnv("MLFLOW_TRACKING_URI", mlflow.toString())
                // Pages and pictures show an address of a repository, and no directory of this machine.
                .extraEnv("GIT_CONFIG_COUNT", "1")
                .extraEnv("GIT_CONFIG_KEY_0", "url." + directory.toUri() + ".insteadOf")
                .extraEnv("GIT_CONFIG_VALUE_0", REPOSITORIES);
        bitbucket = new Bitbucket();
        jenkins.startJenkins();
        try {
            jenkins.runRemotely(SiteController::prepare, bitbucket.address());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        browser = new Browser(controller());
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (!context.getEnclosingTestClasses().isEmpty()) {
            return;
        }
        if (browser != null) {
            browser.close();
        }
        jenkins.afterEach(context);
        if (bitbucket != null) {
            bitbucket.close();
        }
    }

    Browser browser() {
        return browser;
    }

    /**
     * The job {@code digits} of the pipeline of pipelines/digits: build 1 made a champion, 2 was refused by the gate, 3 is the champion
     * of then.
     */
    Job digits() throws Throwable {
        if (digits == null) {
            Path repository = directory.resolve("digits");
            DigitsProject.repository(repository, DigitsProject.PIPELINE.toString());
            Job job = new Job(
                    "digits",
                    REPOSITORIES + "digits",
                    DigitsProject.PIPELINE + "/Jenkinsfile",
                    "s3://" + bucket + "/digits",
                    VENV);
            jenkins.runRemotely(DigitsController::create, job);
            build(job, Map.of());
            build(job, Map.of("DATASET", "damaged"));
            build(job, Map.of("DATASET", "nights", "FROM_CHAMPION", true));
            digits = job;
        }
        return digits;
    }

    private void build(Job job, Map<String, Serializable> parameters) throws Throwable {
        jenkins.runRemotely(DigitsController::build, job, new HashMap<>(parameters));
    }

    /**
     * The job {@code review}, whose build 1 checked its data, trained from the champion of {@link #digits}, drew a picture, and waits for
     * people who decide whether the model becomes champion, and trial.
     */
    void review() throws Throwable {
        if (!reviewed) {
            Job job = digits();
            jenkins.runRemotely(
                    SiteController::review,
                    resource("review.groovy")
                            .replace("@REPOSITORY@", job.repository())
                            .replace("@DATASETS@", job.datasets())
                            .replace("@VENV@", VENV));
            reviewed = true;
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(Site.class.getResourceAsStream(name))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * The job {@code signs}, which trains when something is merged. Build 1 is of pull request 7, and Bitbucket takes all of its reports;
     * build 2 is of 8, in which everything that a person can write is markup, its gate fails, and Bitbucket refuses a report.
     * The merge of 9 is into a branch that the job does not want. Since build 1 its dataset has a newer version.
     */
    void signs() throws Throwable {
        if (!signs) {
            String first = drives();
            MergedRepository repository =
                    new MergedRepository(directory.resolve("signs"), signs(first, "accuracy", "0.94"));
            jenkins.runRemotely(SiteController::signs, REPOSITORIES + "signs", Bitbucket.REPOSITORY);
            URI controller = controller();
            bitbucket.merge(controller, 7, repository.merge(signs(first, "accuracy", "0.95")));
            jenkins.runRemotely(SiteController::reported, "signs", 1);
            bitbucket.mergeMarkup(controller, 8, repository.merge(signs(first, Bitbucket.MARKUP, "0.5")));
            jenkins.runRemotely(SiteController::reported, "signs", 2);
            bitbucket.mergeElsewhere(controller, 9, "c0ffee00".repeat(5));
            drives();
            signs = true;
        }
    }

    /** Publishes one more version of the dataset drives; returns the address of its manifest. */
    private String drives() throws Throwable {
        return jenkins.runRemotely(SiteController::drives, "s3://" + bucket + "/drives");
    }

    private URI controller() throws IOException {
        return URI.create(jenkins.getUrl().toString());
    }

    /** The job {@code learns}, whose build 1 is of a published version of the dataset drives; it does not want another dataset. */
    void published() throws Throwable {
        if (!published) {
            jenkins.runRemotely(SiteController::learns, "s3://" + bucket + "/drives/*");
            Notifications minio = new Notifications(controller());
            S3Uri unwanted = S3Uri.parse("s3://" + bucket + "/" + UNWANTED + "/manifests/"
                    + Digest.of(UNWANTED).hex() + ".json");
            for (S3Uri written : List.of(S3Uri.parse(drives()), unwanted)) {
                assertThat(minio.send(written)).isEqualTo(202);
            }
            endOf("learns", 1);
            published = true;
        }
    }

    private static String signs(String manifest, String metric, String value) throws IOException {
        return resource("signs.groovy")
                .replace("@MANIFEST@", manifest)
                .replace("@METRIC@", metric)
                .replace("@VALUE@", value);
    }

    /** Waits for the end of a build; returns its result. */
    String endOf(String job, int build) throws Throwable {
        return jenkins.runRemotely(SiteController::endOf, job, build);
    }

    /** The job {@code years} with ten thousand builds. */
    void years() throws Throwable {
        if (!years) {
            jenkins.runRemotely(SiteController::manyBuilds, "years");
            years = true;
        }
    }

    /** The controller's audit of promotions and decisions. */
    String audit() throws IOException {
        StringBuilder lines = new StringBuilder();
        try (Stream<Path> files =
                Files.list(jenkins.getHome().toPath().resolve("mlops").resolve("audit"))) {
            for (Path file : files.sorted().toList()) {
                lines.append(Files.readString(file));
            }
        }
        return lines.toString();
    }
}
