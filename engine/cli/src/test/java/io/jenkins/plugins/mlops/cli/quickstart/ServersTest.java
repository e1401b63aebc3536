package io.jenkins.plugins.mlops.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ServersTest {

    @Property
    void anyPathSurvivesThePropertiesFile(@ForAll String path) throws IOException {
        Properties properties = new Properties();
        properties.load(
                new ByteArrayInputStream(("key=/" + Servers.escape(path)).getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(properties.getProperty("key")).isEqualTo("/" + path);
    }
}
