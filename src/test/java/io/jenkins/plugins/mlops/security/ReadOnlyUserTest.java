package io.jenkins.plugins.mlops.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Item;
import io.jenkins.plugins.mlops.ManyBuilds;
import io.jenkins.plugins.mlops.config.MlflowProfile;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.config.ObjectStoreProfile;
import io.jenkins.plugins.mlops.config.TrainingCluster;
import io.jenkins.plugins.mlops.permission.MlopsPermissions;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A user who may read a job, and no more, gets nothing of the plugin; one who may see lineage changes nothing. */
@WithJenkins
class ReadOnlyUserTest {

    private static final Pattern LINK = Pattern.compile("(?:href|src|data-[a-z-]+)=\"([^\"#]+)\"");

    /** What the builds of {@link ManyBuilds} and the configuration hold. */
    private static final List<String> TOLD = List.of(
            "hidden-",
            "digits-train",
            "s3://datasets",
            "git.example",
            "mlflow.example",
            "sha256:",
            "gpu-agent-1",
            "quality");

    private JenkinsRule jenkins;

    @BeforeEach
    void configured(JenkinsRule rule) throws Exception {
        jenkins = rule;
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader", "viewer")
                .grant(MlopsPermissions.VIEW_LINEAGE)
                .everywhere()
                .to("viewer")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.SYSTEM, "hidden-keys", null, "ann", "s3cret"));
        ObjectStoreProfile store = new ObjectStoreProfile("hidden-store", "http://127.0.0.1:1");
        store.setCredentialsId("hidden-keys");
        MlopsConfiguration.get().setObjectStores(List.of(store));
        MlflowProfile mlflow = new MlflowProfile("hidden-mlflow", "http://127.0.0.1:1");
        mlflow.setCredentialsId("hidden-keys");
        MlopsConfiguration.get().setMlflowServers(List.of(mlflow, new MlflowProfile("lab", "http://127.0.0.1:1")));
        MlopsConfiguration.get().setClusters(List.of(new TrainingCluster("hidden-cluster")));
        ManyBuilds.job(jenkins, "trains", 2);
    }

    @Test
    void noWebMethodOfAFormAnswersHim() throws Exception {
        List<Method> methods = WebMethods.ofPlugin().ofDescriptors();
        assertThat(methods).hasSizeGreaterThan(40);
        for (String user : List.of("reader", "viewer")) {
            try (JenkinsRule.WebClient browser = browser(user)) {
                for (Method method : methods) {
                    for (String at : List.of("", "job/trains/")) {
                        String address = at + WebMethods.address(method);
                        WebResponse answer = send(browser, HttpMethod.POST, address, WebMethods.parameters(method));
                        assertThat(answer.getContentAsString())
                                .as("%s posts %s", user, address)
                                .doesNotContain("hidden-");
                        if (method.getName().startsWith("doTest")) {
                            assertThat(answer.getStatusCode()).as(address).isEqualTo(403);
                        }
                        if (at.isEmpty()) {
                            assertThat(send(browser, HttpMethod.GET, address, List.of())
                                            .getStatusCode())
                                    .as("%s gets %s", user, address)
                                    .isIn(403, 404, 405);
                        }
                    }
                }
            }
        }
    }

    /** Whatever an administrator's pages link to, and the API. */
    @Test
    void noPageShowsHimAnything() throws Exception {
        Set<String> pages = crawl("admin");
        assertThat(pages).anyMatch(page -> page.endsWith("trains/2/mlops/"));
        try (JenkinsRule.WebClient browser = browser("viewer")) {
            assertThat(send(browser, HttpMethod.GET, "job/trains/2/mlops/", List.of())
                            .getContentAsString())
                    .as("what is looked for is there to be seen")
                    .contains("digits-train", "sha256:", "quality");
        }
        List<String> leaks = new ArrayList<>();
        try (JenkinsRule.WebClient browser = browser("reader")) {
            for (String page : pages) {
                WebResponse answer = send(browser, HttpMethod.GET, page, List.of());
                String text = answer.getContentAsString();
                TOLD.stream().filter(text::contains).forEach(told -> leaks.add(page + " tells " + told));
                if (page.contains("/mlops") && answer.getStatusCode() < 400) {
                    leaks.add(page + " answers " + answer.getStatusCode());
                }
            }
        }
        assertThat(leaks).isEmpty();
    }

    private Set<String> crawl(String user) throws Exception {
        Set<String> found = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(
                "",
                "job/trains/",
                "job/trains/2/",
                "job/trains/1/mlops/",
                "job/trains/2/mlops/",
                "job/trains/2/mlops/api/json",
                "job/trains/2/api/json?depth=3",
                "job/trains/api/json?depth=3",
                "api/json?depth=4",
                "job/trains/2/api/xml?depth=3"));
        String root = jenkins.getURL().getPath();
        try (JenkinsRule.WebClient browser = browser(user)) {
            while (!open.isEmpty() && found.size() < 400) {
                String page = open.pop();
                if (!found.add(page)) {
                    continue;
                }
                WebResponse answer = send(browser, HttpMethod.GET, page, List.of());
                if (answer.getStatusCode() >= 400 || !answer.getContentType().contains("html")) {
                    continue;
                }
                Matcher links = LINK.matcher(answer.getContentAsString());
                URL base = new URL(jenkins.getURL(), page);
                while (links.find()) {
                    String path = path(base, links.group(1).replace("&amp;", "&"));
                    if (path != null
                            && path.startsWith(root)
                            && path.contains("mlops")
                            && !path.contains("/static/")
                            && !path.contains("/adjuncts/")) {
                        open.add(path.substring(root.length()));
                    }
                }
            }
        }
        return found;
    }

    private static String path(URL base, String link) {
        try {
            URL url = new URL(base, link);
            return url.getHost().equals(base.getHost()) ? url.getFile() : null;
        } catch (java.net.MalformedURLException e) {
            return null; // no address
        }
    }

    private JenkinsRule.WebClient browser(String user) throws Exception {
        JenkinsRule.WebClient browser = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false);
        browser.getOptions().setPrintContentOnFailingStatusCode(false);
        browser.getOptions().setCssEnabled(false);
        return browser.login(user);
    }

    private WebResponse send(JenkinsRule.WebClient browser, HttpMethod verb, String address, List<String> parameters)
            throws Exception {
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), address), verb);
        if (verb == HttpMethod.POST) {
            request.setRequestParameters(parameters.stream()
                    .map(name -> new NameValuePair(name, "current"))
                    .toList());
            browser.addCrumb(request);
        }
        return browser.getPage(request).getWebResponse();
    }
}
