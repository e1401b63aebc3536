package io.jenkins.plugins.mlops.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.registry.MetricPoint;
import io.jenkins.plugins.mlops.core.registry.MlflowServer;
import io.jenkins.plugins.mlops.core.registry.MlflowSettings;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.jenkins.plugins.mlops.lineage.RunFacts.PictureUse;
import io.jenkins.plugins.mlops.lineage.RunGallery;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunGalleryTest {

    private static final int MIB = 1024 * 1024;

    private FakeMlflowServer mlflow;
    private MlflowServer server;

    @TempDir
    private Path directory;

    @BeforeEach
    void connect() throws IOException {
        mlflow = new FakeMlflowServer();
        mlflow.addRun("r", "FINISHED", "k", "v");
        server = MlflowServer.connect(
                new MlflowSettings(URI.create("http://127.0.0.1:" + mlflow.port()), null),
                null,
                new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2)),
                Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        server.close();
        mlflow.close();
    }

    /** A picture as far as its first bytes tell. */
    static byte[] png(int size) {
        return Arrays.copyOf(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3, 4}, size);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private RunGallery gallery() {
        return new RunGallery(server, server.run("r").orElseThrow(), directory, "7", Duration.ofSeconds(30));
    }

    @Test
    void picturesAreToldByTheirFirstBytes() throws IOException {
        byte[] gif = text("GIF89a and so on");
        mlflow.artifacts.put("plots/deep/a b%.png", png(40));
        mlflow.artifacts.put("plots/chart", gif);
        mlflow.artifacts.put("evil.png", text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"));
        mlflow.artifacts.put("plots/x.svg", text("<svg/>"));
        mlflow.artifacts.put("empty.png", new byte[0]);
        mlflow.artifacts.put("large.png", png(5 * MIB));
        mlflow.artifacts.put("model/weights.bin", new byte[5 * MIB]);
        mlflow.artifacts.put("notes.txt", text("notes"));
        Files.createDirectories(directory.resolve("pictures/7"));
        Files.write(directory.resolve("pictures/7/5"), png(20)); // of a try that was cut off

        RunGallery gallery = gallery();
        gallery.collectPictures();

        assertThat(gallery.pictures())
                .containsExactly(
                        new PictureUse("plots/deep/a b%.png", "pictures/7/0", "image/png", 40),
                        new PictureUse("plots/chart", "pictures/7/1", "image/gif", gif.length));
        assertThat(directory.resolve("pictures/7/0")).hasBinaryContent(png(40));
        assertThat(directory.resolve("pictures/7/1")).hasBinaryContent(gif);
        assertThat(directory.resolve("pictures/7/5")).doesNotExist();
        assertThat(gallery.notes())
                .containsExactlyInAnyOrder(
                        "evil.png is no PNG, JPEG, GIF or WebP picture",
                        "plots/x.svg is no PNG, JPEG, GIF or WebP picture",
                        "large.png has more than 4 MiB");
        assertThat(mlflow.said()).noneMatch(said -> said.contains("weights") || said.contains("large.png"));
    }

    @Test
    void thereAreNoMorePicturesThanABuildBears() throws IOException {
        for (int i = 10; i < 60; i++) {
            mlflow.artifacts.put("p" + i + ".png", png(20));
        }
        RunGallery many = gallery();
        many.collectPictures();
        assertThat(many.pictures()).hasSize(24);
        assertThat(many.notes()).hasSize(6).last().isEqualTo("21 more such things");
        assertThat(many.notes().get(0)).isEqualTo("p34.png is one too many: 24 pictures of 16 MiB together are kept");

        mlflow.artifacts.clear();
        for (int i = 0; i < 6; i++) {
            mlflow.artifacts.put("p" + i + ".png", png(4 * MIB));
        }
        RunGallery large = gallery();
        large.collectPictures();
        assertThat(large.pictures()).hasSize(4);
        assertThat(large.notes()).hasSize(2);

        mlflow.artifacts.clear();
        for (int i = 0; i < 300; i++) {
            mlflow.artifacts.put("data" + i, text("no picture"));
        }
        long before = mlflow.said().size();
        gallery().collectPictures();
        assertThat(mlflow.said().size() - before).isLessThan(110);

        RunGallery late = new RunGallery(server, server.run("r").orElseThrow(), directory, "7", Duration.ofSeconds(-1));
        mlflow.artifacts.put("p.png", png(20));
        late.collectPictures();
        assertThat(late.notes()).containsExactly("p.png was not looked at, since the server took long");
    }

    @Test
    void whatIsFoundBeforeTheServerFailsIsKept() throws IOException {
        mlflow.artifacts.put("a.png", png(20));
        mlflow.artifacts.put("b.png", png(20));
        RunGallery gallery = gallery();
        mlflow.gone = "b.png";
        assertThatThrownBy(gallery::collectPictures)
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("b.png");
        assertThat(gallery.pictures()).hasSize(1);
        Path gone = directory.resolve("gone");
        RunGallery deleted = new RunGallery(server, server.run("r").orElseThrow(), gone, "7", Duration.ofSeconds(30));
        assertThatThrownBy(deleted::collectPictures).isInstanceOf(IOException.class);
        assertThat(gone).doesNotExist();
    }

    @Test
    void historiesAreThinnedEvenlyAndThoseOfEvaluationsAndMachinesComeLast() throws IOException {
        mlflow.metrics.put("loss", points(1000));
        mlflow.metrics.put("once", points(1));
        mlflow.metrics.put("unnumbered", List.of(new MetricPoint(0, 1, 0.5), new MetricPoint(0, 2, Double.NaN)));
        for (int i = 10; i < 30; i++) {
            mlflow.metrics.put("eval/m" + i, points(2));
            mlflow.metrics.put("system/m" + i, points(2));
        }
        RunGallery gallery = gallery();

        gallery.collectHistory();

        assertThat(gallery.history()).isEqualTo("history-7.json");
        JsonNode model = Documents.json()
                .readTree(directory.resolve("history-7.json").toFile())
                .path("models")
                .path(0);
        assertThat(model.path("curves")).hasSize(12);
        assertThat(model.path("curves").fieldNames())
                .toIterable()
                .startsWith("loss by step", "unnumbered by number", "eval/m10 by step")
                .doesNotContain("once by step");
        JsonNode loss = model.path("curves").path("loss by step");
        assertThat(loss.path("x")).hasSize(200);
        assertThat(loss.at("/x/199").asLong()).isEqualTo(999);
        assertThat(loss.at("/y/0").asDouble()).isEqualTo(1);
        assertThat(model.at("/curves/unnumbered by number/x/1").asInt()).isEqualTo(1);
        assertThat(model.at("/curves/unnumbered by number/y/1").isNull()).isTrue();
        assertThat(model.path("leftOut"))
                .extracting(JsonNode::asText)
                .containsExactly("30 more metrics", "800 more points");
        assertThat(mlflow.calls("metrics/get-history")).isEqualTo(40);
    }

    private static List<MetricPoint> points(int count) {
        return LongStream.range(0, count)
                .mapToObj(step -> new MetricPoint(step, step, 1.0 / (step + 1)))
                .toList();
    }
}
