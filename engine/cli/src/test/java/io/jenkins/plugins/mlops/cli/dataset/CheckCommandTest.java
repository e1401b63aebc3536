package io.jenkins.plugins.mlops.cli.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.cli.S3Commands;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.inspection.InspectionReport;
import io.jenkins.plugins.mlops.core.inspection.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CheckCommandTest extends S3Commands {

    @BeforeEach
    void setUp() throws IOException {
        environment.put("MLOPS_LINEAGE_DIR", "lineage");
        image("train/rec1/1.jpg", TestImages.jpeg(1));
        image("train/rec1/2.jpg", TestImages.jpeg(2));
        image("train/rec2/1.jpg", TestImages.jpeg(3));
        image("test/rec3/1.jpg", TestImages.jpeg(4));
    }

    private void image(String path, byte[] bytes) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private String publish(String name) throws IOException {
        assertThat(run(
                        "dataset",
                        "publish",
                        name,
                        "--name",
                        name,
                        "--to",
                        "s3://data/sets",
                        "--group-by",
                        "^([^/]+)/",
                        "--json"))
                .as(errors())
                .isZero();
        return json().get("manifest").asText();
    }

    private long count(String kind) throws IOException {
        for (JsonNode finding : json().get("findings")) {
            if (finding.get("kind").asText().equals(kind)) {
                return finding.get("count").asLong();
            }
        }
        throw new AssertionError(kind + " is not in " + text());
    }

    @Test
    void publishedSetsAreComparedByTheirManifestsAlone() throws IOException {
        String train = publish("train");
        String test = publish("test");
        s3.forgetRequests();
        assertThat(run("dataset", "check", train, "--against", test, "--json"))
                .as(errors())
                .isZero();
        assertThat(s3.requests("GET", "blobs/")).isEmpty();
        assertThat(json().get("verdict").asText()).isEqualTo("pass");
        assertThat(json().at("/set/groups").asInt()).isEqualTo(2);

        image("test/rec2/7.jpg", TestImages.jpeg(7));
        image("test/rec9/8.jpg", TestImages.jpeg(1));
        String leaky = publish("test");
        assertThat(run("dataset", "check", train, "--against", leaky, "--group", "group", "--json"))
                .as(errors())
                .isEqualTo(3);
        assertThat(count("leakedContent")).isEqualTo(1);
        assertThat(count("leakedGroups")).isEqualTo(1);
        assertThat(run("dataset", "check", train, "--against", leaky)).isEqualTo(3);
        assertThat(text())
                .contains("broken: 1 groups that are in the other set too", "rec2", "rec9/8.jpg: has the bytes of");
    }

    @Test
    void filesOfAManifestAreReadWhenThatIsAskedFor() throws IOException {
        byte[] cut = TestImages.jpeg(5);
        image("train/rec2/cut.jpg", Arrays.copyOf(cut, cut.length / 2));
        String train = publish("train");
        assertThat(run("dataset", "check", train, "--json")).isZero();
        assertThat(json().get("notChecked").toString()).contains("unreadable");
        assertThat(run("dataset", "check", train, "--read", "--json"))
                .as(errors())
                .isEqualTo(3);
        assertThat(count("unreadable")).isEqualTo(1);
        assertThat(directory.resolve(".mlops/checks")).isEmptyDirectory();

        Files.writeString(directory.resolve("check.yaml"), "limits: {unreadable: 1}\n");
        assertThat(run("dataset", "check", train, "--read", "--schema", "check.yaml"))
                .as(text())
                .isZero();
        assertThat(run("dataset", "check", train, "--schema", "check.yaml"))
                .as("the files are not looked at")
                .isEqualTo(2);
        assertThat(errors()).contains("--read");
    }

    @Test
    void aDirectoryThatWasPulledHasTheGroupsOfItsManifest() throws IOException {
        assertThat(run("dataset", "pull", "--manifest", publish("train"), "--into", "pulled"))
                .isZero();
        image("pulled/rec5/new.jpg", TestImages.jpeg(50));
        image("other/a.jpg", TestImages.jpeg(60));
        assertThat(run("dataset", "check", "pulled", "--against", "other", "--json"))
                .as(errors() + text())
                .isZero();
        assertThat(json().at("/set/groups").asInt()).isEqualTo(2);
        assertThat(json().at("/set/files").asInt()).isEqualTo(4);
        assertThat(json().at("/images/decoded").asInt()).isEqualTo(4);
    }

    @Test
    void aReportIsWrittenWhateverTheVerdict() throws IOException {
        image("train/rec2/copy.jpg", TestImages.jpeg(3));
        assertThat(run("dataset", "check", "train", "--report", "out/report.json", "--near", "4"))
                .isEqualTo(3);
        InspectionReport report = Documents.read(directory.resolve("out/report.json"), InspectionReport.class);
        assertThat(report.passed()).isFalse();
        assertThat(run("dataset", "check", "train", "--report", "out/report.txt"))
                .isEqualTo(3);
        assertThat(directory.resolve("out/report.txt")).content().contains("copy.jpg: has the bytes of rec2/1.jpg");
    }

    @Test
    void whatIsNoSetIsWrongUsage() {
        assertThat(run("dataset", "check", "nowhere")).isEqualTo(2);
        assertThat(errors()).contains("nowhere");
        assertThat(run("dataset", "check", "s3://data/prefix")).isEqualTo(2);
        assertThat(errors()).contains("snapshot");
        assertThat(run("dataset", "check", "train", "--jobs", "0")).isEqualTo(2);
        assertThat(run("dataset", "check", "train", "--group", "(")).isEqualTo(2);
        assertThat(run("dataset", "check", "train", "--near", "30")).isEqualTo(2);
    }
}
