package io.jenkins.plugins.mlops.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.config.BitbucketProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;

/** The profile of a {@link BitbucketStandIn}, and pipelines that report to it. */
public final class BitbucketServers {

    static final String SERVER = "forge";
    static final String COMMIT = "b2c3d4e5".repeat(5);
    static final String SOURCE = "a1".repeat(20);
    static final long PULL = 7;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private BitbucketServers() {}

    /** With the credentials; pipelines may report to it. */
    public static BitbucketProfile configure(String address, boolean cloud) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(
                        CredentialsScope.GLOBAL, "forge-token", "", Secret.fromString(BitbucketStandIn.TOKEN)));
        SystemCredentialsProvider.getInstance().save();
        BitbucketProfile profile = new BitbucketProfile(SERVER, address);
        profile.setCloud(cloud);
        profile.setCredentialsId("forge-token");
        profile.setReportFromPipelines(true);
        MlopsConfiguration.get().setBitbucketServers(List.of(profile));
        return profile;
    }

    static void fill(BitbucketStandIn server) {
        server.addCommit(SOURCE, "train.py");
        server.addCommit(COMMIT, "train.py");
        server.addMergedPull(PULL, SOURCE, COMMIT, "train.py");
    }

    /** The step, for the stand-in's repository and pull request. */
    static String step() {
        return step(COMMIT, PULL);
    }

    /** As {@link #step()}, of another commit and pull request. */
    public static String step(String commit, long pull) {
        return "reportToBitbucket repository: '" + BitbucketStandIn.PROJECT + "/" + BitbucketStandIn.SLUG
                + "', commit: '" + commit + "', pullRequest: " + pull + ", branch: 'main'\n";
    }

    /** A gate over metrics of these names and values, each to be 0.9 or more. */
    static String gate(String name, String... metricsAndValues) {
        StringBuilder rules = new StringBuilder("rules:\\n");
        StringBuilder metrics = new StringBuilder("{");
        for (int i = 0; i < metricsAndValues.length; i += 2) {
            rules.append("  - {metric: \"")
                    .append(metricsAndValues[i])
                    .append("\", direction: higher, threshold: 0.9}\\n");
            metrics.append(i == 0 ? "" : ", ")
                    .append('"')
                    .append(metricsAndValues[i])
                    .append("\": ")
                    .append(metricsAndValues[i + 1]);
        }
        return "writeFile file: 'rules.yaml', text: '" + rules + "'\nwriteFile file: 'metrics.json', text: '" + metrics
                + "}'\nevaluationGate rules: 'rules.yaml', metrics: 'metrics.json', name: '" + name
                + "', onFailure: 'unstable'\n";
    }

    /** Waits until something holds. */
    public static void await(String what, BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            Thread.sleep(20);
        }
    }

    /** Waits until so many reports of a build have ended, well or not. */
    static void awaitEnds(WorkflowRun build, int reports) throws InterruptedException {
        await("the end of " + reports + " reports", () -> {
            List<ReportLog.Entry> entries = ReportLog.read(build);
            return entries.size() == reports
                    && entries.stream().noneMatch(entry -> entry.state() == ReportLog.State.WAITING);
        });
    }
}
