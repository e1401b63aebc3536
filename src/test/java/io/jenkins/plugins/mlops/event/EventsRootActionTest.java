package io.jenkins.plugins.mlops.event;

import static org.assertj.core.api.Assertions.assertThat;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.security.csrf.DefaultCrumbIssuer;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What reaches a receiver, from a sender without login and crumb, in a Jenkins that lets nobody in. */
@WithJenkins
class EventsRootActionTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private URI jenkins;

    @TestExtension
    public static final class Echo implements EventReceiver {

        @NonNull
        @Override
        public String path() {
            return "echo";
        }

        @NonNull
        @Override
        public EventAnswer receive(@NonNull EventRequest request) {
            return new EventAnswer(202, request.header("X-Event-Key") + " " + request.body().length);
        }
    }

    @BeforeEach
    void closedJenkins(JenkinsRule rule) throws Exception {
        rule.jenkins.setSecurityRealm(rule.createDummySecurityRealm());
        rule.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
        rule.jenkins.setCrumbIssuer(new DefaultCrumbIssuer(false));
        jenkins = rule.getURL().toURI();
    }

    @Test
    void aPostReachesTheReceiverWithoutLoginAndCrumb() throws Exception {
        HttpResponse<String> answer = send("mlops-events/echo", "POST", BodyPublishers.ofString("{}"));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("ping 2\n");
    }

    @Test
    void aBodyOfMoreThanAMebibyteIsRefusedWhetherItSaysItsLengthOrNot() throws Exception {
        byte[] most = new byte[EventsRootAction.MAX_BODY];
        byte[] more = new byte[EventsRootAction.MAX_BODY + 1];
        assertThat(send("mlops-events/echo", "POST", BodyPublishers.ofByteArray(most))
                        .statusCode())
                .isEqualTo(202);
        assertThat(send("mlops-events/echo", "POST", BodyPublishers.ofByteArray(more))
                        .statusCode())
                .isEqualTo(413);
        assertThat(send("mlops-events/echo", "POST", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(most)))
                        .statusCode())
                .isEqualTo(202);
        assertThat(send("mlops-events/echo", "POST", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(more)))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void onlyExactlyThePathsOfReceiversDoWithoutACrumb() throws Exception {
        for (String path : new String[] {
            "mlops-events/echo/", "mlops-events/echo/x", "mlops-events/other", "mlops-events/", "mlops-events/echox"
        }) {
            HttpResponse<String> answer = send(path, "POST", BodyPublishers.ofString("{}"));
            assertThat(answer.statusCode()).as(path).isEqualTo(403);
            assertThat(answer.body()).as(path).contains("crumb");
        }
        assertThat(send("mlops-events/other", "GET", BodyPublishers.noBody()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void otherMethodsThanPostAreToldSo() throws Exception {
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            HttpResponse<String> answer = send("mlops-events/echo", method, BodyPublishers.noBody());
            assertThat(answer.statusCode()).as(method).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("POST");
        }
    }

    private HttpResponse<String> send(String path, String method, HttpRequest.BodyPublisher body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(jenkins.resolve(path))
                        .header("Content-Type", "application/json")
                        .header("X-Event-Key", "ping")
                        .method(method, body)
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }
}
