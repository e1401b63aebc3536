package io.jenkins.plugins.mlops.model;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Fingerprint;
import hudson.model.Run;
import io.jenkins.plugins.mlops.ManyBuilds;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.usage.Subject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What people see when MLflow keeps silent, and of datasets that very many builds used. */
@WithJenkins
class ModelsPageTest {

    private static final int BUILDS = 10_000;
    private static final Digest DATASET = Digest.of("a dataset");

    private final HttpClient http = HttpClient.newHttpClient();
    private JenkinsRule jenkins;

    @Test
    void pagesComeInTime(JenkinsRule rule) throws Exception {
        jenkins = rule;
        assertThat(get("").body()).contains("No MLflow server is configured");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int closed = closedPort();
            MlopsConfiguration.get()
                    .setMlflowServers(List.of(
                            new MlflowProfile("silent", "http://127.0.0.1:" + silent.getLocalPort()),
                            new MlflowProfile("away", "http://127.0.0.1:" + closed)));

            get(""); // compiles the page's views
            assertThat(took(() -> get(""))).isLessThan(Duration.ofSeconds(10));
            HttpResponse<String> list = get("list");
            assertThat(list.body())
                    .contains("The MLflow server 'silent' has not answered yet")
                    .contains("is out of reach");
            assertThat(list.headers().firstValue("X-Mlops-Asking")).contains("true");
            assertThat(took(() -> get("model/?server=silent&name=x"))).isLessThan(Duration.ofSeconds(10));
            HttpResponse<String> model = get("model/content?server=silent&name=x");
            assertThat(model.body()).contains("has not answered yet");
            assertThat(took(() -> get("list"))).isLessThan(Duration.ofSeconds(10));
        }
        aDatasetOfTenThousandBuilds();
    }

    private void aDatasetOfTenThousandBuilds() throws Exception {
        ManyBuilds.job(jenkins, "many", BUILDS);
        Fingerprint used = jenkins.jenkins
                .getFingerprintMap()
                .getOrCreate((Run<?, ?>) null, "d", Subject.dataset(DATASET).fingerprint());
        used.add("many", 1);
        used.getUsages().put("many", Fingerprint.RangeSet.fromString("1-" + BUILDS, false));
        get("dataset/?id=" + Digest.of("another")); // compiles the views
        HttpResponse<String> page = get("dataset/?id=" + DATASET);
        assertThat(page.body()).contains("job/many/" + BUILDS + "/", "These are the newest; there are more.");
        Duration took = took(() -> get("dataset/?id=" + DATASET));
        assertThat(took).isLessThan(Duration.ofSeconds(10));
        System.out.println("The page of a dataset that " + BUILDS + " builds used: " + took.toMillis() + " ms");
    }

    private interface Call {
        void run() throws Exception;
    }

    private static Duration took(Call call) throws Exception {
        Instant began = Instant.now();
        call.run();
        return Duration.between(began, Instant.now());
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private HttpResponse<String> get(String page) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(jenkins.getURL() + ModelsRootAction.URL + "/" + page))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(page).isEqualTo(200);
        return answer;
    }
}
