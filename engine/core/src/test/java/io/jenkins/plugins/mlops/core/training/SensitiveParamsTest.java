package io.jenkins.plugins.mlops.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SensitiveParamsTest {

    private static final Params PARAMS = new Params(
            Map.of("epochs", 3, "db", Map.of("password", "swordfish"), "key", 1234567, "list", List.of("a")));

    @Test
    void theyAreTakenOutAndBecomeVariables() {
        SensitiveParams sensitive = SensitiveParams.of(PARAMS, List.of("db.password", "key"));
        assertThat(sensitive.variables())
                .containsOnly(
                        Map.entry("MLOPS_SECRET_DB_PASSWORD", "swordfish"), Map.entry("MLOPS_SECRET_KEY", "1234567"));
        assertThat(PARAMS.without(sensitive.values().keySet()).values()).containsOnlyKeys("epochs", "list");
        assertThat(sensitive.recorded()).containsExactly("db.password", "key");
        assertThat(sensitive).hasToString("[db.password, key]");
        assertThat(SensitiveParams.NONE.recorded()).isNull();
    }

    @Test
    void whatIsNoSecretThatCanBeKeptIsRefusedWithoutItsValue() {
        for (String path : List.of("db", "list", "nothing", "db.user", "epochs.x")) {
            assertThatThrownBy(() -> SensitiveParams.of(PARAMS, List.of(path)))
                    .hasMessageContaining("'" + path + "' is no single value")
                    .hasMessageNotContaining("swordfish");
        }
        assertThatThrownBy(() -> SensitiveParams.of(PARAMS, List.of("epochs"))).hasMessageContaining("shorter than 6");
        assertThatThrownBy(() -> SensitiveParams.of(
                        new Params(Map.of("a-b", "swordfish", "a_b", "swordfish")), List.of("a-b", "a_b")))
                .hasMessageContaining("MLOPS_SECRET_A_B")
                .hasMessageNotContaining("swordfish");
    }
}
