package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorRegistry;
import io.jenkins.plugins.casc.misc.Util;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What docs/jenkins-configuration.md says of configuration as code. */
@WithJenkins
class ConfigurationAsCodeTest {

    @Test
    void whatIsReadIsWhatIsWritten(JenkinsRule jenkins) throws Exception {
        String file = example();
        read(file);
        MlopsConfiguration configuration = MlopsConfiguration.get();
        assertThat(configuration.objectStore(null).getName()).isEqualTo("minio");
        assertThat(configuration.objectStore("archive").getRegion()).isEqualTo("eu-central-1");
        assertThat(configuration.mlflowServer("direct").getArtifactStore()).isEqualTo("minio");
        assertThat(configuration.mlflowServer("team").getCredentialsId()).isEqualTo("mlflow-user");
        assertThat(configuration.bitbucketServer(null).getUrl()).isEqualTo("https://bitbucket.example.org");
        assertThat(configuration.bitbucketServer("public").isCloud()).isTrue();

        String exported = exported();
        assertThat(lines(exported)).isEqualTo(lines(file.substring(file.indexOf("objectStores"))));
        read("unclassified:\n  mlops:\n" + exported.indent(4));
        assertThat(exported()).isEqualTo(exported);

        read("unclassified:\n  mlops:\n    objectStores: []\n");
        assertThat(configuration.getObjectStores()).isEmpty();
        assertThat(configuration.getMlflowServers())
                .as("what a file does not name stays")
                .hasSize(2);
    }

    @Test
    void cachesOfNodesAreConfiguredByCodeAndByTheForm(JenkinsRule jenkins) throws Exception {
        read("unclassified: {mlops: {cacheLimit: 500GiB, cacheLayers: [/mnt/filled, /mnt/site]}}");
        MlopsConfiguration configuration = MlopsConfiguration.get();
        jenkins.configRoundtrip();
        assertThat(configuration.getCacheLimit()).isEqualTo("500GiB");
        assertThat(configuration.getCacheLayers()).containsExactly("/mnt/filled", "/mnt/site");
        assertThat(lines(exported())).contains("cacheLimit: 500GiB", "/mnt/filled");
        assertRefused("unclassified: {mlops: {cacheLimit: much}}", "'much' is no size");
        assertThat(configuration.getCacheLimit()).isEqualTo("500GiB");
        read("unclassified: {mlops: {cacheLimit: '', cacheLayers: []}}");
        assertThat(configuration.getCacheLimit()).isNull();
        assertThat(configuration.getCacheLayers()).isEmpty();
    }

    @Test
    void badValuesAreRefusedInOneSentenceAndChangeNothing(JenkinsRule jenkins) throws Exception {
        read("unclassified: {mlops: {objectStores: [{name: minio, endpoint: 'https://minio.example.org'}]}}");
        assertRefused(
                "unclassified: {mlops: {objectStores: [{name: minio, endpoint: 'https://minio.example.org/bucket'}]}}",
                "The endpoint of the object store 'minio' is no address");
        assertRefused(
                "unclassified: {mlops: {objectStores: [{name: a, endpoint: 'https://a.org'}, {name: a, endpoint: 'https://b.org'}]}}",
                "The name 'a' is given twice");
        assertRefused(
                "unclassified: {mlops: {mlflowServers: [{name: 'my server', url: 'https://a.org'}]}}",
                "'my server' is no name of a profile");
        assertRefused(
                "unclassified: {mlops: {objectStores: [{name: a, endpoint: 'https://a.org', eventTokenId: t},"
                        + " {name: b, endpoint: 'https://b.org', previousEventTokenId: t}]}}",
                "The token for events 't' is given for two object stores");
        assertRefused(
                "unclassified: {mlops: {mlflowServers: [{name: team}]}}",
                "The URL of the MLflow server 'team' is missing");
        assertRefused(
                "unclassified: {mlops: {bitbucketServers: [{name: lab}]}}",
                "The URL of the Bitbucket server 'lab' is missing");
        assertRefused(
                "unclassified: {mlops: {bitbucketServers: [{name: a, cloud: true, webhookSecretId: s},"
                        + " {name: b, url: 'https://b.org', previousWebhookSecretId: s}]}}",
                "The webhook secret 's' is given for two Bitbucket servers");
        assertThat(MlopsConfiguration.get().objectStore(null).getEndpoint()).isEqualTo("https://minio.example.org");
        assertThat(MlopsConfiguration.get().getMlflowServers()).isEmpty();
    }

    private static void assertRefused(String yaml, String sentence) {
        Throwable refused = catchThrowable(() -> read(yaml));
        assertThat(refused).rootCause().isInstanceOf(MlopsException.class).hasMessageContaining(sentence);
    }

    private static String example() throws IOException {
        String page = Files.readString(Path.of("docs", "jenkins-configuration.md"));
        int start = page.indexOf("```yaml\n") + "```yaml\n".length();
        return page.substring(start, page.indexOf("```", start));
    }

    private static void read(String yaml) throws Exception {
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
    }

    private static String exported() throws Exception {
        ConfigurationContext context = new ConfigurationContext(ConfiguratorRegistry.get());
        return Util.toYamlString(Util.getUnclassifiedRoot(context).get("mlops"));
    }

    /** Order and indentation are the exporter's business. */
    private static String lines(String yaml) throws IOException {
        return yaml.lines()
                .map(line -> line.replaceFirst("^ *(- )?", "").replace("\"", ""))
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
