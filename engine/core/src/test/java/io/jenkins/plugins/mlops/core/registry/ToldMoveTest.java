package io.jenkins.plugins.mlops.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToldMoveTest {

    private static final Instant AT = Instant.parse("2026-11-02T10:00:00Z");
    private static final Digest GATE = Digest.of("gate");

    @Test
    void tagsTellOfThePromotionToAVersionAndOfTheRollbackFromIt() {
        ModelVersion version = version(Map.of(
                "mlops.promotion.champion.by", "ann",
                "mlops.promotion.champion.at", AT.toString(),
                "mlops.promotion.champion.why", "",
                "mlops.promotion.champion.previous", "2",
                "mlops.promotion.champion.gate", GATE.toString(),
                "mlops.promotion.champion.override", "its gate did not pass",
                "mlops.rollback.champion.to", "2",
                "mlops.rollback.champion.by", "ben",
                "mlops.rollback.champion.why", "bad at night",
                "mlops.rollback.champion.at", "no time"));

        assertThat(ToldMove.of(version))
                .containsExactly(
                        new ToldMove("champion", 3, 2, false, "ann", null, AT, GATE, "its gate did not pass"),
                        new ToldMove("champion", 2, 3, true, "ben", "bad at night", null, null, null));
    }

    @Test
    void nonsenseTellsNothing() {
        assertThat(ToldMove.of(version(Map.of(
                        "mlops.rollback.champion.to", "../../etc", "mlops.promotion..by", "x", "champion", "3"))))
                .isEmpty();
    }

    @Test
    void anAliasThatSomeoneElseMovedSetOrTookAwayIsNamed() {
        RegisteredModel model = new RegisteredModel(
                "shapes",
                Map.of("champion", 2, "byhand", 1, "ours", 3, "moving", 4),
                Map.of(
                        "mlops.alias.champion.version", "1",
                        "mlops.alias.gone.version", "1",
                        "mlops.alias.ours.version", "3",
                        "mlops.alias.moving.pending", "4 from none"),
                AT);

        assertThat(ForeignMoves.of(model))
                .containsOnlyKeys("champion", "gone", "byhand")
                .containsEntry(
                        "champion",
                        "the alias champion was moved by someone else, from version 1, which mlops set last, to version 2")
                .containsEntry(
                        "gone",
                        "the alias gone was moved by someone else, from version 1, which mlops set last, to none")
                .containsEntry("byhand", "the alias byhand was set to version 1 by someone else");
    }

    private static ModelVersion version(Map<String, String> tags) {
        return new ModelVersion("shapes", 3, "", null, List.of(), tags, AT);
    }
}
