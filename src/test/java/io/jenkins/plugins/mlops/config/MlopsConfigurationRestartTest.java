package io.jenkins.plugins.mlops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** What stands in the controller's home. */
class MlopsConfigurationRestartTest {

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void profilesOutliveARestartAndADowngrade() throws Throwable {
        sessions.then(jenkins -> {
            ObjectStoreProfile store = new ObjectStoreProfile("minio", "https://minio.example.org");
            store.setRegion("eu-west-1");
            store.setCredentialsId("minio-keys");
            MlflowProfile server = new MlflowProfile("team", "https://mlflow.example.org");
            server.setArtifactStore("minio");
            MlopsConfiguration.get().setObjectStores(List.of(store));
            MlopsConfiguration.get().setMlflowServers(List.of(server));

            Path file = jenkins.jenkins.getRootDir().toPath().resolve(MlopsConfiguration.class.getName() + ".xml");
            String xml = Files.readString(file);
            assertThat(xml)
                    .contains("<objectStores>", "<mlflowServers>", "<credentialsId>minio-keys</credentialsId>")
                    .doesNotContain("java.util", "resolves-to", "serialization=", "core.");
            // As a later version of the plugin might write it.
            Files.writeString(
                    file,
                    xml.replace("<objectStores>", "<evidenceStore>later</evidenceStore><objectStores>")
                            .replace("<region>", "<pathStyle>true</pathStyle><region>"));
        });
        sessions.then(jenkins -> {
            MlopsConfiguration configuration = MlopsConfiguration.get();
            ObjectStoreProfile store = configuration.objectStore(null);
            assertThat(store.getName()).isEqualTo("minio");
            assertThat(store.getRegion()).isEqualTo("eu-west-1");
            assertThat(store.getCredentialsId()).isEqualTo("minio-keys");
            assertThat(configuration.mlflowServer("team").getArtifactStore()).isEqualTo("minio");

            Path file = jenkins.jenkins.getRootDir().toPath().resolve(MlopsConfiguration.class.getName() + ".xml");
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replaceFirst("<name>minio</name>", "")
                            .replace("https://minio", "minio"));
            configuration.load();
            assertThat(configuration.objectStore(null).getName())
                    .as("a file that was edited by hand, wrongly, is kept to be mended in the form")
                    .isNull();
            assertThat(configuration.getMlflowServers()).hasSize(1);
        });
    }
}
