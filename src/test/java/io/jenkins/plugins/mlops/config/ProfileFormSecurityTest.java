package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import java.net.URL;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Who gets what from the form's web methods, and only by POST. */
@WithJenkins
class ProfileFormSecurityTest {

    private static final Map<String, String> ANY = Map.ofEntries(
            Map.entry("value", "a b"),
            Map.entry("savedName", ""),
            Map.entry("name", "minio"),
            Map.entry("endpoint", "http://127.0.0.1:1"),
            Map.entry("url", "http://127.0.0.1:1"),
            Map.entry("region", "a b"),
            Map.entry("testLocation", ""),
            Map.entry("credentialsId", "current"),
            Map.entry("savedCredentialsId", "current"),
            Map.entry("savedArtifactStore", "current"));
    private static final List<Class<?>> PROFILES =
            List.of(ObjectStoreProfile.class, MlflowProfile.class, BitbucketProfile.class);

    private JenkinsRule jenkins;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader", "viewer", "manager")
                .grant(Jenkins.SYSTEM_READ)
                .everywhere()
                .to("viewer")
                .grant(Jenkins.MANAGE)
                .everywhere()
                .to("manager")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.SYSTEM, "hidden-keys", null, "ann", "s3cret"));
        ObjectStoreProfile store = new ObjectStoreProfile("hidden-store", "https://hidden.example.org");
        store.setCredentialsId("hidden-keys");
        MlopsConfiguration.get().setObjectStores(List.of(store));
    }

    @Test
    void onlyAdministratorsAreToldAnything() throws Exception {
        for (String user : List.of("reader", "manager", "viewer")) {
            for (Class<?> profile : PROFILES) {
                for (String check : List.of("checkName", "check" + address(profile), "checkCredentialsId")) {
                    assertThat(post(user, profile, check).getContentAsString())
                            .as("%s %s %s", user, profile, check)
                            .isIn("", "<div/>");
                }
                assertThat(post(user, profile, "fillCredentialsIdItems").getContentAsString())
                        .contains("current")
                        .doesNotContain("hidden");
                assertThat(post(user, profile, "testConnection").getStatusCode())
                        .isEqualTo(403);
            }
            assertThat(post(user, MlflowProfile.class, "fillArtifactStoreItems").getContentAsString())
                    .contains("current")
                    .doesNotContain("hidden");
            assertThat(post(user, MlflowProfile.class, "checkArtifactStore").getContentAsString())
                    .isIn("", "<div/>");
            assertThat(post(user, ObjectStoreProfile.class, "checkRegion").getContentAsString())
                    .isIn("", "<div/>");
        }
        assertThat(post("admin", ObjectStoreProfile.class, "checkName").getContentAsString())
                .contains("no name of a profile");
        assertThat(post("admin", ObjectStoreProfile.class, "fillCredentialsIdItems")
                        .getContentAsString())
                .contains("hidden-keys");
        assertThat(post("admin", MlflowProfile.class, "fillArtifactStoreItems").getContentAsString())
                .contains("hidden-store");
        assertThat(post("admin", ObjectStoreProfile.class, "checkRegion").getContentAsString())
                .contains("no name of a region");
    }

    @Test
    void nothingAnswersToGet() throws Exception {
        for (Class<?> profile : PROFILES) {
            for (String method : List.of(
                    "checkName",
                    "check" + address(profile),
                    "checkCredentialsId",
                    "fillCredentialsIdItems",
                    "testConnection")) {
                assertThat(send("admin", HttpMethod.GET, profile, method).getStatusCode())
                        .as(method)
                        .isIn(404, 405);
            }
        }
        assertThat(send("admin", HttpMethod.GET, MlflowProfile.class, "fillArtifactStoreItems")
                        .getStatusCode())
                .isIn(404, 405);
    }

    @Test
    void whoMayOnlyLookSeesThePageWithoutControls() throws Exception {
        try (JenkinsRule.WebClient browser = jenkins.createWebClient().login("viewer")) {
            HtmlPage page = browser.goTo("configure");
            browser.waitForBackgroundJavaScript(5000);
            assertThat(page.asNormalizedText()).contains("hidden-store", "https://hidden.example.org", "hidden-keys");
            assertThat(page.getByXPath("//*[@name='objectStores' or @name='mlflowServers']//button"
                            + "[not(contains(@class, 'help'))][not(ancestor::*[contains(@class, 'to-be-removed')])]"))
                    .as("buttons")
                    .isEmpty();
            assertThat(page.asXml()).doesNotContain("s3cret");
        }
        try (JenkinsRule.WebClient browser = jenkins.createWebClient().login("manager")) {
            HtmlPage page = browser.goTo("configure");
            assertThat(page.asXml()).doesNotContain("hidden-store", "hidden.example.org");
            jenkins.submit(page.getFormByName("config"));
        }
        assertThat(MlopsConfiguration.get().getObjectStores())
                .as("what a manager may not see is not lost when he saves")
                .hasSize(1);
    }

    private static String address(Class<?> profile) {
        return profile == ObjectStoreProfile.class ? "Endpoint" : "Url";
    }

    private WebResponse post(String user, Class<?> profile, String method) throws Exception {
        return send(user, HttpMethod.POST, profile, method);
    }

    private WebResponse send(String user, HttpMethod verb, Class<?> profile, String method) throws Exception {
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .login(user)) {
            WebRequest request = new WebRequest(
                    new URL(jenkins.getURL(), "descriptorByName/" + profile.getName() + "/" + method), verb);
            request.setRequestParameters(ANY.entrySet().stream()
                    .map(entry -> new NameValuePair(entry.getKey(), entry.getValue()))
                    .toList());
            if (verb == HttpMethod.POST) {
                browser.addCrumb(request);
            }
            return browser.getPage(request).getWebResponse();
        }
    }
}
