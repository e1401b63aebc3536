package io.jenkins.plugins.mlops;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.PluginWrapper;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** Core as it is released: in the class loaders of a real controller and of an agent, with real servers. */
class CoreInPackagedPluginIT {

    /** A class of each library that core stands on, to the plugin that must bring it; "" for Jenkins itself. */
    private static final Map<String, String> OWNERS = new TreeMap<>(Map.ofEntries(
            Map.entry("io.jenkins.plugins.mlops.core.MlopsException", "mlops-pipeline"),
            Map.entry("io.minio.BaseS3Client", "mlops-pipeline"),
            Map.entry("org.simpleframework.xml.core.Persister", "mlops-pipeline"),
            Map.entry("org.sqlite.JDBC", "mlops-pipeline"),
            Map.entry("com.fasterxml.jackson.databind.ObjectMapper", "jackson2-api"),
            Map.entry("com.fasterxml.jackson.dataformat.yaml.YAMLFactory", "jackson2-api"),
            Map.entry("com.fasterxml.jackson.datatype.jsr310.JavaTimeModule", "jackson2-api"),
            Map.entry("org.yaml.snakeyaml.LoaderOptions", "snakeyaml-api"),
            Map.entry("okhttp3.OkHttpClient", "okhttp-api"),
            Map.entry("okio.Buffer", "okhttp-api"),
            Map.entry("kotlin.Unit", "okhttp-api"),
            Map.entry("org.eclipse.jgit.api.Git", "git-client"),
            Map.entry("com.google.common.collect.Multimap", ""),
            Map.entry("org.apache.commons.codec.digest.DigestUtils", ""),
            Map.entry("org.slf4j.Logger", "")));

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    @Test
    void coreWorksOnTheControllerAndOnAnAgent() throws Throwable {
        TestServers.S3 s3 = TestServers.s3();
        String bucket = s3.newBucket();
        URI mlflow = TestServers.mlflow();
        PackagedPlugin.install(jenkins);
        jenkins.then(controller -> {
            assertThat(jarOf(MlopsException.class).getPath()).endsWith("/WEB-INF/lib/mlops-pipeline.jar");
            assertThat(owners(controller)).isEqualTo(OWNERS);
            CoreUse here = new CoreUse(new File(controller.jenkins.getRootDir(), "core"), s3, bucket, mlflow);
            Thread.currentThread().setContextClassLoader(contextWithBrokenParser(controller));
            assertThat(here.call()).isEqualTo(here.expected());
            openByAnotherCopy(new File(controller.jenkins.getRootDir(), "other.sqlite"));
            DumbSlave agent = controller.createOnlineSlave();
            CoreUse there = new CoreUse(new File(agent.getRemoteFS(), "core"), s3, bucket, mlflow);
            assertThat(agent.getChannel().call(there)).isEqualTo(there.expected());
        });
    }

    private static Map<String, String> owners(JenkinsRule controller) throws ClassNotFoundException {
        Map<String, String> owners = new TreeMap<>();
        for (String name : OWNERS.keySet()) {
            Class<?> type = Class.forName(name, false, MlopsException.class.getClassLoader());
            PluginWrapper plugin = controller.jenkins.pluginManager.whichPlugin(type);
            owners.put(name, plugin == null ? "" : plugin.getShortName());
        }
        return owners;
    }

    private static URL jarOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Libraries that look for others by the context class loader meet what any plugin has, and no plugin here is to suffer from it. */
    private static ClassLoader contextWithBrokenParser(JenkinsRule controller) throws IOException {
        Path plugin = controller.jenkins.getRootDir().toPath().resolve("broken");
        Path services = Files.createDirectories(plugin.resolve("META-INF/services"));
        Files.writeString(services.resolve("javax.xml.stream.XMLInputFactory"), "org.example.NoSuchFactory");
        return new URLClassLoader(new URL[] {plugin.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    /** Another plugin may carry SQLite too; a native library is bound to the class loader that loaded it. */
    private static void openByAnotherCopy(File database) throws Exception {
        Class<?> ours = Class.forName("org.sqlite.JDBC", false, MlopsException.class.getClassLoader());
        try (URLClassLoader other = new URLClassLoader(new URL[] {jarOf(ours)}, ClassLoader.getPlatformClassLoader())) {
            Object config =
                    other.loadClass("org.sqlite.SQLiteConfig").getConstructor().newInstance();
            try (Connection connection = (Connection) config.getClass()
                            .getMethod("createConnection", String.class)
                            .invoke(config, "jdbc:sqlite:" + database);
                    Statement sql = connection.createStatement()) {
                sql.execute("CREATE TABLE t(x)");
            }
        }
        assertThat(database).exists();
    }
}
