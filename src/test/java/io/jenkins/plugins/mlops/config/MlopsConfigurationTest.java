package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation.Kind;
import hudson.util.Secret;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.List;
import java.util.Map;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlOption;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What an administrator does with the page, and what the steps get of it. */
@WithJenkins
class MlopsConfigurationTest {

    private JenkinsRule jenkins;
    private MlopsConfiguration configuration;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        configuration = MlopsConfiguration.get();
        SystemCredentialsProvider.getInstance()
                .setDomainCredentialsMap(Map.of(
                        Domain.global(),
                        List.of(
                                user("minio-keys", CredentialsScope.SYSTEM),
                                new StringCredentialsImpl(
                                        CredentialsScope.GLOBAL, "mlflow-token", null, Secret.fromString("t0ken"))),
                        new Domain("aws", null, List.of(new HostnameSpecification("*.amazonaws.com", null))),
                        List.of(user("aws-keys", CredentialsScope.GLOBAL))));
    }

    @Test
    void aFormThatIsSavedUnchangedChangesNothing() throws Exception {
        List<ObjectStoreProfile> stores = List.of(
                store("minio", "https://minio.example.org", "eu-west-1", "minio-keys"),
                store("public", "http://127.0.0.1:9000", null, null));
        stores.get(1).setEventTokenId("mlflow-token");
        List<MlflowProfile> servers = List.of(
                server("team", "https://example.org/mlflow", "mlflow-token", "public"),
                server("old", "http://localhost:5000", null, null));
        configuration.setObjectStores(stores);
        configuration.setMlflowServers(servers);
        BitbucketProfile bitbucket = new BitbucketProfile("code", "https://example.org/bitbucket");
        bitbucket.setCredentialsId("mlflow-token");
        bitbucket.setWebhookSecretId("mlflow-token");
        BitbucketProfile cloud = new BitbucketProfile("cloud", null);
        cloud.setCloud(true);
        List<BitbucketProfile> bitbuckets = List.of(bitbucket, cloud);
        configuration.setBitbucketServers(bitbuckets);

        jenkins.configRoundtrip();

        assertThat(configuration.getObjectStores()).hasSize(2).isNotSameAs(stores);
        jenkins.assertEqualDataBoundBeans(stores, configuration.getObjectStores());
        jenkins.assertEqualDataBoundBeans(servers, configuration.getMlflowServers());
        jenkins.assertEqualDataBoundBeans(bitbuckets, configuration.getBitbucketServers());
    }

    @Test
    void theLastProfileCanBeDeleted() throws Exception {
        configuration.setObjectStores(List.of(store("minio", "https://minio.example.org", null, null)));
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
            HtmlPage page = browser.goTo("configure");
            ((DomElement) page.getByXPath("//button[contains(@class, 'repeatable-delete')]"
                                    + "[ancestor::*[@name='objectStores'][not(contains(@class, 'to-be-removed'))]]")
                            .get(0))
                    .click();
            browser.waitForBackgroundJavaScript(2000);
            jenkins.submit(page.getFormByName("config"));
        }
        assertThat(configuration.getObjectStores()).isEmpty();
    }

    @Test
    void aFormWithABadProfileSaysWhyAndChangesNothing() throws Exception {
        configuration.setObjectStores(List.of(store("minio", "https://minio.example.org", null, null)));
        configuration.setMlflowServers(List.of(server("team", "https://example.org", null, "minio")));
        try (JenkinsRule.WebClient browser = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false)) {
            HtmlForm form = browser.goTo("configure").getFormByName("config");
            input(form, "_.name", "minio").setValue("other");
            HtmlPage answer = jenkins.submit(form);
            assertThat(answer.getBody().getTextContent()).contains("There is no object store 'minio'", "it has other");

            form = browser.goTo("configure").getFormByName("config");
            input(form, "_.url", "https://example.org").setValue("https://ann:s3cret@example.org");
            answer = jenkins.submit(form);
            assertThat(answer.getBody().getTextContent())
                    .contains("The URL of the MLflow server 'team'", "belong into the credentials")
                    .doesNotContain("s3cret");
        }
        assertThat(configuration.objectStore("minio").getEndpoint()).isEqualTo("https://minio.example.org");
        assertThat(configuration.mlflowServer(null).getUrl()).isEqualTo("https://example.org");
    }

    @Test
    void aBadListChangesNothing() {
        ObjectStoreProfile good = store("minio", "https://minio.example.org", null, null);
        configuration.setObjectStores(List.of(good));
        for (List<ObjectStoreProfile> bad : List.of(
                List.of(good, store("minio", "https://other.example.org", null, null)),
                List.of(good, store(null, "https://other.example.org", null, null)),
                List.of(good, store("a b", "https://other.example.org", null, null)),
                List.of(good, store("other", null, null, null)),
                List.of(good, store("other", "https://other.example.org/bucket", null, null)),
                List.of(good, store("other", "https://other.example.org", "eu west", null)))) {
            assertThatThrownBy(() -> configuration.setObjectStores(bad))
                    .isInstanceOfSatisfying(
                            MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
            assertThat(configuration.getObjectStores()).containsExactly(good);
        }
    }

    @Test
    void aProfileIsFoundByNameAndTheFirstWithoutOne() {
        assertThatThrownBy(() -> configuration.objectStore(null)).hasMessageContaining("No object store is configured");
        configuration.setObjectStores(List.of(
                store("minio", "https://minio.example.org", null, null),
                store("aws", "https://s3.eu-west-1.amazonaws.com", "eu-west-1", "aws-keys")));
        assertThat(configuration.objectStore(null).getName()).isEqualTo("minio");
        assertThat(configuration.objectStore("aws").settings(null).region()).isEqualTo("eu-west-1");
        assertThat(configuration.objectStore(null).settings(null).region()).isEqualTo("us-east-1");
        assertThatThrownBy(() -> configuration.objectStore("mino"))
                .hasMessageContaining("no object store 'mino'")
                .hasMessageContaining("minio, aws");
    }

    @Test
    void credentialsAreThoseOfTheProfileAsTheyAreNow() {
        assertThat(store("s", "https://minio.example.org", null, "minio-keys")
                        .settings(null)
                        .credentials()
                        .accessKeyId())
                .isEqualTo("user-of-minio-keys");
        assertThat(server("m", "https://example.org", "mlflow-token", null)
                        .settings(null)
                        .credentials()
                        .token())
                .isEqualTo("t0ken");
        assertThat(server("m", "https://example.org", "minio-keys", null)
                        .settings(null)
                        .credentials()
                        .username())
                .isEqualTo("user-of-minio-keys");
        assertThat(store("s", "https://minio.example.org", null, null)
                        .settings(null)
                        .credentials())
                .isNull();
    }

    @Test
    void credentialsThatDoNotFitAreToldAsMissing() {
        for (String id : List.of("absent", "mlflow-token", "aws-keys")) {
            assertThatThrownBy(() ->
                            store("s", "https://minio.example.org", null, id).settings(null))
                    .as("%s: absent, of another kind, for other hosts", id)
                    .isInstanceOf(MlopsException.class)
                    .hasMessageContaining("no credentials '" + id + "' for the object store 's'");
        }
        assertThat(store("s", "https://s3.amazonaws.com", null, "aws-keys")
                        .settings(null)
                        .credentials())
                .isNotNull();
    }

    @Test
    void theFormSaysWhatIsWrongWhileItIsTyped() {
        configuration.setObjectStores(List.of(store("minio", "https://minio.example.org", null, null)));
        ObjectStoreProfile.DescriptorImpl form =
                jenkins.jenkins.getDescriptorByType(ObjectStoreProfile.DescriptorImpl.class);
        assertThat(form.doCheckName("minio", "minio").kind).isEqualTo(Kind.OK);
        assertThat(form.doCheckName("minio", "")).hasMessageContaining("is given twice");
        assertThat(form.doCheckName(" ", "minio")).hasMessageContaining("needs a name");
        assertThat(form.doCheckEndpoint("https://minio.example.org/", "minio-keys").kind)
                .isEqualTo(Kind.OK);
        assertThat(form.doCheckEndpoint("http://127.0.0.1:9000", "minio-keys").kind)
                .isEqualTo(Kind.OK);
        assertThat(form.doCheckEndpoint("http://minio.example.org", "").kind).isEqualTo(Kind.OK);
        assertThat(form.doCheckEndpoint("http://minio.example.org", "minio-keys").kind)
                .isEqualTo(Kind.WARNING);
        assertThat(form.doCheckEndpoint("minio.example.org", "").kind).isEqualTo(Kind.ERROR);
        assertThat(form.doCheckRegion("").kind).isEqualTo(Kind.OK);
        assertThat(form.doCheckRegion("eu west").kind).isEqualTo(Kind.ERROR);
        assertThat(form.doCheckCredentialsId("aws-keys", "https://s3.amazonaws.com").kind)
                .isEqualTo(Kind.OK);
        assertThat(form.doCheckCredentialsId("aws-keys", "https://minio.example.org"))
                .hasMessageContaining("for this server");
        MlflowProfile.DescriptorImpl server = jenkins.jenkins.getDescriptorByType(MlflowProfile.DescriptorImpl.class);
        assertThat(server.doCheckUrl("https://example.org/mlflow", "").kind).isEqualTo(Kind.OK);
        assertThat(server.doCheckUrl("http://example.org/mlflow", "mlflow-token").kind)
                .isEqualTo(Kind.WARNING);
        assertThat(server.doCheckArtifactStore("minio").kind).isEqualTo(Kind.OK);
        assertThat(server.doCheckArtifactStore("other")).hasMessageContaining("minio");
    }

    @Test
    void theDropDownOffersWhatAStoreTakes() throws Exception {
        configuration.setObjectStores(List.of(store("minio", "https://minio.example.org", null, "gone")));
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
            HtmlSelect select = select(filled(browser), "objectStores", "_.credentialsId");
            assertThat(select.getOptions().stream().map(HtmlOption::getValueAttribute))
                    .containsExactly("", "gone", "aws-keys", "minio-keys");
        }
    }

    @Test
    void noneCanBeChosenAgain() throws Exception {
        configuration.setObjectStores(List.of(store("minio", "https://minio.example.org", null, "minio-keys")));
        configuration.setMlflowServers(List.of(server("team", "https://example.org", "mlflow-token", "minio")));
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
            HtmlPage page = filled(browser);
            select(page, "objectStores", "_.credentialsId").setSelectedAttribute("", true);
            select(page, "mlflowServers", "_.credentialsId").setSelectedAttribute("", true);
            select(page, "mlflowServers", "_.artifactStore").setSelectedAttribute("", true);
            browser.waitForBackgroundJavaScript(5000);
            input(page.getFormByName("config"), "_.endpoint", "https://minio.example.org")
                    .setValue("https://public.example.org");
            browser.waitForBackgroundJavaScript(5000);
            jenkins.submit(page.getFormByName("config"));
        }
        assertThat(configuration.objectStore(null).getEndpoint()).isEqualTo("https://public.example.org");
        assertThat(configuration.objectStore(null).getCredentialsId()).isNull();
        assertThat(configuration.mlflowServer(null).getCredentialsId()).isNull();
        assertThat(configuration.mlflowServer(null).getArtifactStore()).isNull();
    }

    private static HtmlPage filled(JenkinsRule.WebClient browser) throws Exception {
        HtmlPage page = browser.goTo("configure");
        browser.waitForBackgroundJavaScript(5000);
        return page;
    }

    private static HtmlSelect select(HtmlPage page, String list, String name) {
        return (HtmlSelect) page.getByXPath("//*[@name='" + list
                        + "'][not(contains(@class, 'to-be-removed'))]//select[@name='" + name + "']")
                .get(0);
    }

    private static HtmlInput input(HtmlForm form, String name, String value) {
        return form.getInputsByName(name).stream()
                .filter(input -> input.getValue().equals(value))
                .findFirst()
                .orElseThrow();
    }

    private static UsernamePasswordCredentialsImpl user(String id, CredentialsScope scope)
            throws Descriptor.FormException {
        return new UsernamePasswordCredentialsImpl(scope, id, null, "user-of-" + id, "s3cret");
    }

    private static ObjectStoreProfile store(String name, String endpoint, String region, String credentialsId) {
        ObjectStoreProfile store = new ObjectStoreProfile(name, endpoint);
        store.setRegion(region);
        store.setCredentialsId(credentialsId);
        return store;
    }

    private static MlflowProfile server(String name, String url, String credentialsId, String artifactStore) {
        MlflowProfile server = new MlflowProfile(name, url);
        server.setCredentialsId(credentialsId);
        server.setArtifactStore(artifactStore);
        return server;
    }
}
