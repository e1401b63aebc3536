package io.jenkins.plugins.mlops.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.image.RegistryCredentials.Login;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerLoginsTest {

    @TempDir
    private Path directory;

    private static String auth(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private RegistryCredentials logins(String json) throws IOException {
        Files.writeString(directory.resolve("config.json"), json);
        return DockerLogins.of(Map.of("DOCKER_CONFIG", directory.toString(), "PATH", directory.toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "https://index.docker.io/v1/, docker.io",
        "docker.io, docker.io",
        "registry.example:5000, registry.example:5000",
        "https://registry.example/v2/, registry.example",
        "http://registry.example, registry.example"
    })
    void aLoginIsForTheRegistryOfItsKeyAlone(String key, String registry) throws IOException {
        RegistryCredentials logins = logins("{\"auths\":{\"" + key + "\":{\"auth\":\"" + auth("ann:pa:ss") + "\"}}}");
        assertThat(logins.of(registry)).contains(new Login("ann", "pa:ss", null));
        assertThat(logins.of("other.example")).isEmpty();
        assertThat(logins.of(registry + ".example")).isEmpty();
        assertThat(logins.of("registry.example:5001")).isEmpty();
    }

    @Test
    void anIdentityTokenAndALoginForAPartOfARegistry() throws IOException {
        RegistryCredentials logins = logins("{\"auths\":{\"a.example\":{\"auth\":\"" + auth("00000000:")
                + "\",\"identitytoken\":\"t\"},\"b.example/team\":{\"auth\":\"" + auth("ann:p")
                + "\"},\"c.example\":{}},\"HttpHeaders\":{}}");
        assertThat(logins.of("a.example").orElseThrow().identityToken()).isEqualTo("t");
        assertThat(logins.of("b.example")).isEmpty();
        assertThat(logins.of("c.example")).isEmpty();
    }

    @Test
    void whatIsBrokenIsSaidWithoutTheSecret() throws IOException {
        String broken = auth("no colon, s3cret");
        RegistryCredentials logins = logins(
                "{\"auths\":{\"a.example\":{\"auth\":\"" + broken + "\"},\"b.example\":{\"auth\":\"%s3cret%\"}}}");
        for (String registry : new String[] {"a.example", "b.example"}) {
            assertThatThrownBy(() -> logins.of(registry))
                    .isInstanceOf(MlopsException.class)
                    .hasMessageContaining("config.json")
                    .message()
                    .doesNotContain("s3cret", broken);
        }
        assertThatThrownBy(() -> logins("{\"auths\": s3cret"))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void aHelperThatIsNotThereOrHasNoName() throws IOException {
        assertThatThrownBy(() -> logins("{\"credsStore\":\"absent\"}").of("a.example"))
                .hasMessageContaining("docker-credential-absent");
        assertThatThrownBy(() ->
                        logins("{\"credHelpers\":{\"a.example\":\"../x\"}}").of("a.example"))
                .hasMessageContaining("no name of a credential helper");
    }

    @Test
    void withoutAFileNobodyIsKnown() {
        assertThat(DockerLogins.of(Map.of("HOME", directory.toString())).of("docker.io"))
                .isEmpty();
    }

    @Test
    void aLoginShowsNoSecret() {
        assertThat(new Login("ann", "s3cret", "t0ken")).hasToString("Login[ann]");
    }
}
