package io.jenkins.plugins.mlops.cli.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.MlopsCommand;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What users see of receivers, by the gate as a command that keeps a record. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class DeliverCommandTest {

    private static final String SECRET = "a-secret-of-the-callback";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private final List<Map<String, String>> received = new CopyOnWriteArrayList<>();
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile int status = 204;
    private int models;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                bodies.add(exchange.getRequestBody().readAllBytes());
                Map<String, String> headers = new HashMap<>();
                exchange.getRequestHeaders()
                        .forEach((name, values) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
                headers.put("path", exchange.getRequestURI().getPath());
                received.add(headers);
                exchange.sendResponseHeaders(status, -1);
            }
        });
        server.start();
        environment.put("XDG_DATA_HOME", directory.resolve("data").toString());
        environment.put(
                "MLOPS_CALLBACK_URL", "http://127.0.0.1:" + server.getAddress().getPort() + "/records");
        environment.put("MLOPS_CALLBACK_SECRET", SECRET);
        Files.writeString(
                directory.resolve("rules.yaml"), "rules:\n  - {metric: mAP, direction: higher, threshold: 0.6}\n");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int mlops(String... arguments) {
        out.reset();
        err.reset();
        Host host = new Host(
                environment,
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int exitCode = MlopsCommand.commandLine(host).execute(arguments);
        assertThat(out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8))
                .doesNotContain(SECRET);
        return exitCode;
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Keeps a record: the verdict over another model. */
    private int gate() throws IOException {
        Files.writeString(
                directory.resolve("evaluation.json"),
                "{\"schema\": \"mlops-evaluation/1\", \"model\": \"" + Digest.of("model" + models++)
                        + "\", \"metrics\": {\"mAP\": 0.61}}");
        return mlops("gate", "--metrics", "evaluation.json", "--rules", "rules.yaml");
    }

    private JsonNode deliver(int exitCode, String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "lineage";
        arguments[1] = "deliver";
        arguments[2] = "--json";
        System.arraycopy(more, 0, arguments, 3, more.length);
        assertThat(mlops(arguments)).as(this::said).isEqualTo(exitCode);
        return Documents.readJson(out.toString(StandardCharsets.UTF_8), "output", JsonNode.class);
    }

    @Test
    void theCallbackGetsTheRecordsBytesSignedAndNamed() throws Exception {
        assertThat(gate()).isZero();
        assertThat(said()).isEmpty();
        assertThat(received).hasSize(1);
        Map<String, String> headers = received.get(0);
        byte[] body = bodies.get(0);
        Digest record = Digest.of(body);
        assertThat(directory.resolve("data/mlops/lineage/records/" + record.hex() + ".json"))
                .hasBinaryContent(body);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        assertThat(headers)
                .containsEntry("path", "/records")
                .containsEntry("content-type", "application/vnd.in-toto+json")
                .containsEntry("idempotency-key", record.toString())
                .containsEntry("ce-id", record.toString())
                .containsEntry("ce-specversion", "1.0")
                .containsEntry("ce-type", "io.jenkins.plugins.mlops.record.v1")
                .containsEntry("ce-subject", Digest.of("model0").toString())
                .containsEntry("x-hub-signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body)));
        assertThat(deliver(0).path("deliveries").path(0).path("waiting").asInt())
                .isZero();
        assertThat(received).hasSize(1);
    }

    @Test
    void aCallbackThatIsAwayFailsNoCommandAndGetsAllLater() throws IOException {
        status = 503;
        assertThat(gate()).isZero();
        assertThat(said())
                .contains(
                        "1 record waits for 'callback': The callback at http://127.0.0.1",
                        "503",
                        "mlops lineage deliver");
        int tries = received.size();
        assertThat(gate()).isZero();
        assertThat(received).as("it is left in peace").hasSize(tries);
        assertThat(said()).contains("2 records wait");
        assertThat(deliver(5).path("deliveries").path(0).path("waiting").asInt())
                .isEqualTo(2);
        status = 200;
        received.clear();
        assertThat(deliver(0).path("deliveries").path(0).path("delivered").asInt())
                .isEqualTo(2);
        assertThat(received)
                .extracting(headers -> headers.get("ce-subject"))
                .containsExactly(
                        Digest.of("model0").toString(), Digest.of("model1").toString());
    }

    @Test
    void aRejectedRecordIsSetAsideNamedAndTriedAgainWhenAsked() throws IOException {
        status = 422;
        assertThat(gate()).isZero();
        assertThat(said()).contains("was rejected by 'callback' and set aside", "HTTP 422");
        assertThat(deliver(0).path("rejected").path("callback")).hasSize(1);
        assertThat(deliver(1, "--rejected").path("deliveries").path(0).path("rejected"))
                .hasSize(1);
        status = 200;
        assertThat(deliver(0, "--rejected").path("rejected").path("callback")).isEmpty();
    }

    @Test
    void wrongCredentialsKeepTheRecordWaiting() throws IOException {
        status = 401;
        assertThat(gate()).isZero();
        assertThat(said()).contains("1 record waits", "HTTP 401");
    }

    @Test
    void theEvidenceStoreAndTheCallbackBothGetARecord() throws IOException {
        environment.put("MLOPS_EVIDENCE", directory.resolve("evidence").toString());
        assertThat(mlops("evidence", "init")).as(this::said).isZero();
        assertThat(gate()).isZero();
        assertThat(said()).isEmpty();
        String hex = Digest.of(bodies.get(0)).hex();
        assertThat(directory.resolve("evidence/records/" + hex.substring(0, 2) + "/" + hex + ".json"))
                .hasBinaryContent(bodies.get(0));
    }

    @Test
    void openLineageIsToldOfTrainingsAlone() throws IOException {
        environment.remove("MLOPS_CALLBACK_URL");
        environment.remove("MLOPS_CALLBACK_SECRET");
        environment.put(
                "MLOPS_OPENLINEAGE_URL",
                "http://127.0.0.1:" + server.getAddress().getPort());
        assertThat(gate()).isZero();
        assertThat(said()).isEmpty();
        assertThat(received).isEmpty();
    }

    @Test
    void aNewReceiverCanHaveAllRecords() throws IOException {
        Map<String, String> with = Map.copyOf(environment);
        environment.remove("MLOPS_CALLBACK_URL");
        environment.remove("MLOPS_CALLBACK_SECRET");
        gate();
        gate();
        assertThat(mlops("lineage", "deliver")).isEqualTo(2);
        assertThat(said()).contains("There is no receiver of records");
        environment.putAll(with);
        assertThat(deliver(0).path("deliveries").path(0).path("delivered").asInt())
                .isZero();
        assertThat(deliver(0, "--all")
                        .path("deliveries")
                        .path(0)
                        .path("delivered")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void wrongSettingsAreSaid() throws IOException {
        environment.remove("MLOPS_CALLBACK_URL");
        assertThat(mlops("lineage", "deliver")).isEqualTo(2);
        assertThat(said()).contains("MLOPS_CALLBACK_SECRET is set without MLOPS_CALLBACK_URL");
        environment.put("MLOPS_CALLBACK_URL", "callback.example");
        assertThat(mlops("lineage", "deliver")).isEqualTo(2);
        assertThat(said()).contains("MLOPS_CALLBACK_URL is no address");
    }
}
