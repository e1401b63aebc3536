package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketStandIn;
import io.jenkins.plugins.mlops.training.TestMlflow;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The thread that runs a build's script must not wait for disks and servers: the JVM's flight recorder tells who does what. */
@WithJenkins
class ScriptThreadIT {

    private static final List<String> EVENTS =
            List.of("jdk.FileRead", "jdk.FileWrite", "jdk.FileForce", "jdk.SocketRead", "jdk.SocketWrite");

    private static final String OURS = "io.jenkins.plugins.mlops.";
    private static final String TESTS = OURS + "ScriptThreadIT";

    /** What runs scripts, and what hears there how builds end. */
    private static final String SCRIPT_THREAD = "org.jenkinsci.plugins.workflow.cps.CpsVmExecutorService";

    /** The first of all builds has classes read. */
    private static final String CLASS_LOADING = ".loadClass";

    @TempDir
    private Path directory;

    @Test
    void noStepWaitsForDisksOrServersOnTheThreadOfTheScript(JenkinsRule jenkins) throws Throwable {
        TestServers.S3 s3 = TestServers.s3();
        String name = "drawings-" + UUID.randomUUID();
        Path file = directory.resolve("recording.jfr");
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "jfrConfigure",
                        new Object[] {new String[] {"stackdepth=1024"}},
                        new String[] {String[].class.getName()});
        try (TestMlflow mlflow = TestMlflow.assumed();
                BitbucketStandIn bitbucket = new BitbucketStandIn(BitbucketKind.DATA_CENTER);
                Recording recording = new Recording()) {
            EVENTS.forEach(event ->
                    recording.enable(event).withThreshold(Duration.ZERO).withStackTrace());
            KilledPipeline.configure(
                    jenkins, s3, mlflow.uri().toString(), bitbucket.address().toString());
            KilledPipeline.merge(bitbucket, name, 1);
            recording.start();
            KilledPipeline.begin(jenkins, name, mlflow.experiment(), s3.newBucket(), 1);
            KilledPipeline.account(jenkins, name);
            recording.stop();
            recording.dump(file);
        }
        TreeSet<String> waits = new TreeSet<>();
        int ours = 0;
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                List<String> stack = stack(events.readEvent());
                if (stack.stream().anyMatch(ScriptThreadIT::isOurs)) {
                    ours++;
                    if (stack.stream().anyMatch(frame -> frame.startsWith(SCRIPT_THREAD))
                            && stack.stream().noneMatch(frame -> frame.endsWith(CLASS_LOADING))) {
                        waits.add(String.join(
                                " < ",
                                stack.stream().filter(ScriptThreadIT::isOurs).toList()));
                    }
                }
            }
        }
        assertThat(ours).as("what the steps read and write at all").isGreaterThan(100);
        assertThat(waits).isEmpty();
    }

    private static boolean isOurs(String frame) {
        return frame.startsWith(OURS) && !frame.startsWith(TESTS);
    }

    private static List<String> stack(RecordedEvent event) {
        return event.getStackTrace() == null
                ? List.of()
                : event.getStackTrace().getFrames().stream()
                        .map(RecordedFrame::getMethod)
                        .filter(Objects::nonNull)
                        .map(method -> method.getType().getName() + "." + method.getName())
                        .toList();
    }
}
