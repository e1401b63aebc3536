package io.jenkins.plugins.mlops.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.AuditLines;
import io.jenkins.plugins.mlops.ControllerDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class AuditLogTest {

    @Test
    void whatIsDoneAgainIsInItOnceAndAllElseIsAdded(JenkinsRule jenkins) throws Exception {
        AuditLog.add(record("2026-10-31T23:59:59Z", "7", "signs", null));
        AuditLog.add(record("2026-11-01T00:00:09.123Z", "7", "signs", null));
        assertThat(AuditLines.of("signs")).hasSize(1);

        AuditLog.add(record("2026-11-01T00:00:10Z", "8", "signs", null));
        AuditLog.add(record("2026-11-01T00:00:11Z", "8", "signs", "why not"));
        AuditLog.add(record("2026-11-01T00:00:12Z", "8", "signs", "why not"));
        assertThat(AuditLines.of("signs")).hasSize(3);
    }

    @Test
    void halfALineThatAFullDiskHasLeftSpoilsNoOther(JenkinsRule jenkins) throws Exception {
        AuditLog.add(record("2026-11-01T00:00:00Z", "7", "digits", null));
        Path file = ControllerDirectory.part("audit").resolve("2026-11.jsonl");
        Files.writeString(file, "{\"at\":\"2026-11-01T00:00:01Z\",\"from\":\"job/a/1/\",", StandardOpenOption.APPEND);
        AuditLog.add(record("2026-11-01T00:00:02Z", "8", "digits", null));
        AuditLog.add(record("2026-11-01T00:00:03Z", "7", "digits", null));
        assertThat(Files.readAllLines(file)).hasSize(3).last().asString().contains("\"step\":\"8\"");
    }

    private static AuditRecord record(String at, String step, String model, String reason) {
        return new AuditRecord(
                at, "ann", "promote", "job/a/1/", step, "lab", model, "champion", 2, 1, null, reason, AuditRecord.DONE);
    }
}
