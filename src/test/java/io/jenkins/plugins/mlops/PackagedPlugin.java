package io.jenkins.plugins.mlops;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * The plugin as it is released. {@link RealJenkinsExtension} runs the plugin under test from {@code target/classes}, where
 * Jenkins' class filter lets more pass, and with the libraries of the build's class path.
 */
public final class PackagedPlugin {

    private static final String NAME = "mlops-pipeline";

    private PackagedPlugin() {}

    /** Puts the .hpi in the place of the unpacked plugin; to be called before the controller starts. */
    public static void install(RealJenkinsExtension jenkins) throws IOException {
        Path packaged = Path.of("target", NAME + ".hpi");
        if (!Files.exists(packaged)) {
            throw new IllegalStateException("There is no " + packaged + ": it is made by 'mvn package -DskipTests'");
        }
        Path plugins = new File(jenkins.getHome(), "plugins").toPath();
        Files.deleteIfExists(plugins.resolve(NAME + ".jpl"));
        Files.copy(packaged, plugins.resolve(NAME + ".jpi"), StandardCopyOption.REPLACE_EXISTING);
    }
}
