package io.jenkins.plugins.mlops.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {

    @ParameterizedTest
    @CsvSource({
        "https://minio.example.org,https://minio.example.org",
        "http://127.0.0.1:9000/,http://127.0.0.1:9000",
        "' https://example.org/mlflow/ ',https://example.org/mlflow",
        "HTTP://[::1]:5000,HTTP://[::1]:5000"
    })
    void isReadWithoutTheSlashAtItsEnd(String text, String uri) {
        assertThat(ServerAddress.parse("The URL", text)).hasToString(uri);
    }

    @ParameterizedTest
    @CsvSource({
        "mlflow:5000,http://",
        "/var/mlflow,http://",
        "sqlite:///mlflow.db,http://",
        "http://,host",
        "http:///x,host",
        "http://mlflow_server:5000,hyphens",
        "http://a b,position",
        "http://example.org:0,port",
        "http://example.org:65536,port",
        "http://example.org:,port",
        "https://example.org?x=1,query",
        "https://example.org/#/experiments,fragment"
    })
    void whatIsNoneIsSaidWithTheReason(String text, String reason) {
        assertThat(failure(text))
                .hasMessageStartingWith("The URL is no address of the form")
                .hasMessageContaining(reason);
    }

    @Test
    void nothingIsToldAsMissing() {
        assertThat(failure(" ")).hasMessageContaining("The URL is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://ann:s3cret@example.org", "https://s3cret@example.org", "https://ann:s3cret@x_y"})
    void aSecretInItIsRefusedAndNotRepeated(String text) {
        assertThat(failure(text)).hasMessageContaining("credentials").hasMessageNotContaining("s3cret");
    }

    @Test
    void aRootHasNoPath() {
        assertThat(ServerAddress.parseRoot("The endpoint", "https://example.org/"))
                .hasToString("https://example.org");
        assertThat(catchThrowableOfType(
                        MlopsException.class,
                        () -> ServerAddress.parseRoot("The endpoint", "https://example.org/bucket")))
                .hasMessageContaining("path");
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.org,true",
        "http://127.0.0.1.example.org,true",
        "http://10.0.0.1:9000,true",
        "https://example.org,false",
        "http://localhost:5000,false",
        "http://minio.localhost,false",
        "http://127.0.0.1:9000,false",
        "http://[::1]:9000,false"
    })
    void plainHttpToAnotherMachineIsSentInClear(String text, boolean clear) {
        assertThat(ServerAddress.parse("The URL", text).isSentInClear()).isEqualTo(clear);
    }

    private static MlopsException failure(String text) {
        MlopsException failure = catchThrowableOfType(MlopsException.class, () -> ServerAddress.parse("The URL", text));
        assertThat(failure).as(text).isNotNull();
        assertThat(failure.kind()).isEqualTo(Kind.USAGE);
        return failure;
    }
}
