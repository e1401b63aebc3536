package io.jenkins.plugins.mlops.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorRegistry;
import io.jenkins.plugins.casc.misc.Util;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.mlops.config.MlopsConfiguration;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.lineage.ControllerLineage;
import io.jenkins.plugins.mlops.lineage.SigningKeys;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** How an administrator writes policies, and what docs/jenkins-policy.md says of configuration as code and of signing. */
@WithJenkins
class PolicyConfigurationTest {

    private JenkinsRule jenkins;
    private MlopsConfiguration configuration;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        configuration = MlopsConfiguration.get();
        SystemCredentialsProvider.getInstance()
                .setDomainCredentialsMap(
                        Map.of(Domain.global(), List.of(text("lineage-key", key()), text("no-key", "s3cret"))));
    }

    @Test
    void formAndFileKeepEverything() throws Exception {
        read(example());
        FolderPolicy all = configuration.getPolicies().get(0);
        FolderPolicy team = configuration.getPolicies().get(1);
        assertThat(all.getFolder()).isEmpty();
        assertThat(all.getAliases()).containsExactly("staging");
        assertThat(team.getLocations()).containsExactly("s3://data/team", "s3://public");
        assertThat(team.isRequireGate()).isTrue();
        assertThat(team.isRequireLineage()).isFalse();

        jenkins.configRoundtrip();

        assertThat(configuration.getPolicies()).hasSize(2);
        assertThat(configuration.getPolicies().get(1)).isNotSameAs(team);
        jenkins.assertEqualDataBoundBeans(List.of(all, team), configuration.getPolicies());
        assertThat(configuration.getAnonymisedDatasets()).hasSize(1);
        assertThat(configuration.getSigningKeyCredentialsId()).isEqualTo("lineage-key");
        assertThat(configuration.trustedCardKeys().keys()).hasSize(1);

        String exported = exported();
        assertThat(exported).contains("- \"s3://data/team\"", "requireApproval: true", "folder: \"team\"");
        read("unclassified:\n  mlops:\n" + exported.indent(4));
        assertThat(exported()).isEqualTo(exported);
        jenkins.assertEqualDataBoundBeans(List.of(all, team), configuration.getPolicies());

        Throwable refused = catchThrowable(
                () -> read("unclassified: {mlops: {policies: [{folder: x, locations: ['s3://data/*']}]}}"));
        assertThat(refused)
                .rootCause()
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("The location 's3://data/*' has a *");
        assertThat(configuration.getPolicies()).hasSize(2);
        assertThatThrownBy(() -> configuration.setAnonymisedDatasets(List.of("digits")))
                .hasMessageContaining("'digits' is no content id of a dataset");
        String pem = key();
        assertThatThrownBy(() -> configuration.setCardKeys(pem))
                .hasMessageContaining("is a private key")
                .hasMessageNotContaining(pem.lines().skip(1).findFirst().orElseThrow());
        assertThatThrownBy(() -> configuration.setCardKeys("ann")).hasMessageContaining("BEGIN PUBLIC KEY");
        assertThat(configuration.trustedCardKeys().keys()).hasSize(1);
    }

    @Test
    void whatTheControllerRecordsIsSignedWhereThereIsAKey() throws Exception {
        Digest model = Digest.of("model");
        LineageStore store = ControllerLineage.store();
        Digest before = store.append(registration("before").statement(model));
        configuration.setSigningKeyCredentialsId("lineage-key");
        Digest signed = store.append(registration("signed").statement(model));
        Digest elsewhere = store.keep(registration("elsewhere").statement(model).toBytes(), "a file");
        assertThat(store.signers(signed, SigningKeys.trusted())).hasSize(1);
        assertThat(store.signers(before, SigningKeys.trusted())).isEmpty();
        assertThat(store.signers(elsewhere, SigningKeys.trusted())).isEmpty();
        assertThat(store.signers(signed, TrustedKeys.none())).isEmpty();

        SystemCredentialsProvider.getInstance()
                .setDomainCredentialsMap(
                        Map.of(Domain.global(), List.of(text("lineage-key", key()), text("no-key", "s3cret"))));
        Digest later = store.append(registration("later").statement(model));
        assertThat(store.signers(later, SigningKeys.trusted())).hasSize(1);
        assertThat(store.signers(signed, SigningKeys.trusted()))
                .as("the key was changed, and the earlier one is still believed")
                .hasSize(1);

        Path file = store.record(signed);
        Files.writeString(file, Files.readString(file).replace("signed", "forged"));
        assertThat(store.signers(signed, SigningKeys.trusted())).isEmpty();

        configuration.setSigningKeyCredentialsId("no-key");
        assertThatThrownBy(() -> store.append(registration("more").statement(model)))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("no-key")
                .hasMessageNotContaining("s3cret");
    }

    private static Registration registration(String name) {
        return new Registration(
                name,
                1,
                "mlflow:/x",
                "run",
                java.net.URI.create("http://localhost").toString(),
                "ann",
                Instant.EPOCH);
    }

    private static StringCredentialsImpl text(String id, String secret) {
        return new StringCredentialsImpl(CredentialsScope.SYSTEM, id, null, Secret.fromString(secret));
    }

    private static String key() throws Exception {
        byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static String example() throws Exception {
        String page = Files.readString(Path.of("docs", "jenkins-policy.md"));
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
}
