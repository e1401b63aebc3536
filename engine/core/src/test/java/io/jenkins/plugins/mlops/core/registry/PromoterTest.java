package io.jenkins.plugins.mlops.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromoterTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final String RECORDED = "mlops.alias.champion.version";

    private final MemoryRegistry registry = new MemoryRegistry();

    @TempDir
    private Path directory;

    @BeforeEach
    void threeVersions() {
        for (int version = 1; version <= 3; version++) {
            registry.add(Map.of(
                    "mlops.model.digest", digest(version).toString(),
                    "mlops.lineage", "sha256:l",
                    "mlops.commit", "abc",
                    "mlops.dataset.training", "sha256:d"));
        }
    }

    private static Digest digest(int version) {
        return Digest.of("model " + version);
    }

    private Promoter promoter() {
        return new Promoter(
                registry, LineageStore.open(directory.resolve("lineage")), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static GateEvidence gate(String verdict, int version) {
        return new GateEvidence(Digest.of("report " + version), verdict, "said so", digest(version), null, null);
    }

    private static PromotionRequest request(int version) {
        return new PromotionRequest("m", version, "champion", gate("pass", version), null, false, null, "ann");
    }

    private static PromotionRequest with(int version, GateEvidence gate, Integer expected, String override) {
        return new PromotionRequest("m", version, "champion", gate, expected, override != null, override, "ann");
    }

    private MlopsException refused(ThrowingCallable call) {
        Map<String, Integer> before = Map.copyOf(registry.aliases);
        MlopsException failure = catchThrowableOfType(MlopsException.class, call);
        assertThat(failure).isNotNull();
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(registry.aliases).isEqualTo(before);
        return failure;
    }

    private long records() throws IOException {
        Path records = directory.resolve("lineage/records");
        if (!Files.isDirectory(records)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(records)) {
            return files.count();
        }
    }

    private Map<String, String> versionTags(int version) {
        return registry.version("m", version).orElseThrow().tags();
    }

    @Test
    void thePreviousVersionWhoWhyAndTheGateAreKept() throws IOException {
        promoter().promote(request(1));
        AliasMove move = promoter().promote(with(2, gate("pass", 2), 1, null));
        assertThat(move.previous()).isEqualTo(1);
        assertThat(registry.aliases).containsEntry("champion", 2);
        assertThat(versionTags(2))
                .containsEntry("mlops.promotion.champion.by", "ann")
                .containsEntry("mlops.promotion.champion.at", NOW.toString())
                .containsEntry("mlops.promotion.champion.previous", "1")
                .containsEntry(
                        "mlops.promotion.champion.gate", Digest.of("report 2").toString());
        assertThat(registry.tags)
                .containsEntry(RECORDED, "2")
                .containsEntry("mlops.alias.champion.previous", "1")
                .containsEntry("mlops.alias.champion.pending", "");
        assertThat(records()).isEqualTo(2);
    }

    @Test
    void promotingTheSameAgainChangesNothing() throws IOException {
        promoter().promote(request(1));
        assertThat(promoter().promote(request(1)).notes()).anyMatch(note -> note.contains("already"));
        assertThat(records()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail", "inconclusive", "nonsense"})
    void aGateThatDidNotPassIsRefused(String verdict) {
        assertThat(refused(() -> promoter().promote(with(1, gate(verdict, 1), null, null))))
                .hasMessageContaining(verdict);
    }

    @Test
    void withoutAGateReportItIsRefused() {
        assertThat(refused(() -> promoter().promote(with(1, null, null, null)))).hasMessageContaining("no gate report");
    }

    @Test
    void anOverrideLiftsNothingThatIsBinding() throws IOException {
        GateEvidence failed = gate("fail", 1);
        PromotionRequest gateBinds = new PromotionRequest(
                "m", 1, "champion", failed, null, true, "late", "ann", 0, Set.of(PromotionRequest.Ground.GATE));
        assertThat(refused(() -> promoter().promote(gateBinds)))
                .hasMessageContaining("its gate did not pass")
                .hasMessageContaining("nobody can override this");
        PromotionRequest lineageBinds = new PromotionRequest(
                "m", 1, "champion", failed, null, true, "late", "ann", 0, Set.of(PromotionRequest.Ground.LINEAGE));
        assertThat(promoter().promote(lineageBinds).version()).isEqualTo(1);
        registry.add(Map.of("mlops.model.digest", digest(4).toString()));
        PromotionRequest incomplete = new PromotionRequest(
                "m", 4, "champion", null, null, true, "late", "ann", 0, Set.of(PromotionRequest.Ground.LINEAGE));
        assertThat(refused(() -> promoter().promote(incomplete)))
                .hasMessageContaining("its lineage is incomplete")
                .hasMessageNotContaining("no gate report");
        assertThat(registry.aliases).containsEntry("champion", 1);
    }

    @Test
    void aRollbackAsksItsGuardBeforeAnythingIsChanged() {
        promoter().promote(request(1));
        promoter().promote(request(2));
        assertThat(refused(() -> promoter().rollback("m", "champion", null, "bad", "ann", version -> {
                    throw MlopsException.refused("not version " + version.version());
                })))
                .hasMessage("not version 1");
        assertThat(registry.aliases).containsEntry("champion", 2);
        assertThat(promoter()
                        .rollback("m", "champion", null, "bad", "ann", version -> {})
                        .version())
                .isEqualTo(1);
    }

    @Test
    void aReportOfAnotherModelIsRefused() {
        assertThat(refused(() -> promoter().promote(with(1, gate("pass", 2), null, null))))
                .hasMessageContaining("judged the model");
    }

    @Test
    void aReportAgainstAnEarlierChampionIsRefused() {
        promoter().promote(request(1));
        promoter().promote(request(2));
        GateEvidence stale = new GateEvidence(Digest.of("r"), "pass", "said so", digest(3), null, digest(1));
        assertThat(refused(() -> promoter().promote(with(3, stale, null, null))))
                .hasMessageContaining("champion has changed");
    }

    @Test
    void incompleteLineageIsRefusedAndNamed() {
        int bare = registry.add(Map.of("mlops.model.digest", digest(4).toString()));
        assertThat(refused(() -> promoter().promote(request(bare))))
                .hasMessageContaining("mlops.commit")
                .hasMessageContaining("mlops.dataset.training");
    }

    @Test
    void aModelOfUncommittedCodeIsRefused() {
        registry.setVersionTags("m", 1, Map.of("mlops.commit.changes", "2"));
        assertThat(refused(() -> promoter().promote(request(1))))
                .hasMessageContaining("differed from the commit in 2 files");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void anotherVersionThanExpectedIsRefused(int expected) {
        promoter().promote(request(1));
        refused(() -> promoter().promote(with(3, gate("pass", 3), expected, null)));
    }

    @Test
    void anOverrideWantsAReasonAndKeepsIt() {
        assertThat(catchThrowableOfType(
                                MlopsException.class, () -> promoter().promote(with(1, gate("fail", 1), null, " ")))
                        .kind())
                .isEqualTo(Kind.USAGE);
        AliasMove move = promoter().promote(with(1, gate("fail", 1), null, "hotfix"));
        assertThat(move.notes()).anyMatch(note -> note.startsWith("overridden: its gate did not pass"));
        assertThat(versionTags(1))
                .containsEntry("mlops.promotion.champion.why", "hotfix")
                .hasEntrySatisfying(
                        "mlops.promotion.champion.override",
                        text -> assertThat(text).contains("gate did not pass"));
    }

    @Test
    void anAliasThatSomeoneElseMovedIsReported() {
        promoter().promote(request(1));
        assertThat(ForeignMoves.of(registry, "m")).isEmpty();
        registry.aliases.put("champion", 2);
        assertThat(refused(() -> promoter().promote(request(3)))).hasMessageContaining("moved by someone else");
        assertThat(ForeignMoves.of(registry, "m")).singleElement().asString().contains("from version 1");
    }

    @Test
    void theVersionThatSomeoneElseChoseIsNotTakenForPromoted() {
        promoter().promote(request(1));
        registry.aliases.put("champion", 3);
        assertThat(refused(() -> promoter().promote(request(3)))).hasMessageContaining("moved by someone else");
        AliasMove move = promoter().promote(with(3, gate("pass", 3), null, "it was me"));
        assertThat(move.previous()).isEqualTo(1);
        assertThat(registry.tags).containsEntry(RECORDED, "3");
        assertThat(promoter().rollback("m", "champion", null, null, "ann").version())
                .isEqualTo(1);
    }

    @Test
    void anAliasFromBeforeTakesAGateTo() {
        registry.aliases.put("champion", 1);
        assertThat(refused(() -> promoter().promote(with(1, null, null, null)))).hasMessageContaining("no gate report");
        assertThat(promoter().promote(request(2)).notes()).anyMatch(note -> note.contains("by someone else"));
    }

    @Test
    void aWriterWhoComesAfterTheSetIsFoundAndStays() {
        promoter().promote(request(1));
        registry.afterSet = () -> registry.aliases.put("champion", 3);
        MlopsException failure =
                catchThrowableOfType(MlopsException.class, () -> promoter().promote(request(2)));
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure).hasMessageContaining("Another writer");
        assertThat(registry.aliases).containsEntry("champion", 3);
        assertThat(registry.tags).containsEntry(RECORDED, "1");
    }

    @Test
    void betweenComparisonAndSetTheLastWriterWins() {
        promoter().promote(request(1));
        registry.beforeSet = () -> registry.aliases.put("champion", 3);
        promoter().promote(request(2));
        assertThat(registry.aliases).containsEntry("champion", 2);
        assertThat(registry.tags).containsEntry(RECORDED, "2");
    }

    @Test
    void aRollbackReturnsToThePreviousVersion() throws IOException {
        promoter().promote(request(1));
        promoter().promote(request(2));
        AliasMove move = promoter().rollback("m", "champion", null, "bad at night", "bob");
        assertThat(move.version()).isEqualTo(1);
        assertThat(move.previous()).isEqualTo(2);
        assertThat(registry.aliases).containsEntry("champion", 1);
        assertThat(versionTags(2)).containsEntry("mlops.rollback.champion.why", "bad at night");
        assertThat(records()).isEqualTo(3);
    }

    @Test
    void thereIsNothingBeforeTheFirst() {
        promoter().promote(request(1));
        assertThat(refused(() -> promoter().rollback("m", "champion", null, null, "bob")))
                .hasMessageContaining("nothing to roll back to");
        assertThat(refused(() -> promoter().rollback("m", "other", null, null, "bob")))
                .hasMessageContaining("is not set");
    }

    @Test
    void aRollbackUndoesAForeignMove() {
        promoter().promote(request(1));
        promoter().promote(request(2));
        registry.aliases.put("champion", 3);
        AliasMove move = promoter().rollback("m", "champion", null, null, "bob");
        assertThat(move.version()).isEqualTo(2);
        assertThat(move.notes()).anyMatch(note -> note.contains("moved by someone else"));
    }

    @Test
    void aPromotionThatDiesAnywhereIsCompletedByTheNext() throws IOException {
        promoter().promote(request(1));
        dieAnywhere(() -> promoter().promote(request(2)), List.of(1, 2), 2);
    }

    @Test
    void aRollbackThatDiesAnywhereIsCompletedByTheNext() throws IOException {
        promoter().promote(request(1));
        promoter().promote(request(2));
        dieAnywhere(
                () -> {
                    if (registry.aliases.get("champion") == 2) {
                        promoter().rollback("m", "champion", null, "bad", "bob");
                    } else {
                        promoter().promote(request(1));
                    }
                },
                List.of(2, 1),
                3);
    }

    @Test
    void aPromotionFromAKnownVersionMayBeTriedAgainWhereverItDied() throws IOException {
        promoter().promote(request(1));
        dieAnywhere(() -> promoter().promote(with(2, gate("pass", 2), 1, null)), List.of(1, 2), 2);
        assertThat(refused(() -> promoter().promote(with(2, gate("pass", 2), 3, null))))
                .hasMessageContaining("points to version 2, and version 3 was expected");
    }

    @Test
    void aRollbackFromAKnownVersionMayBeTriedAgainWhereverItDied() throws IOException {
        promoter().promote(request(1));
        promoter().promote(request(2));
        promoter().promote(request(3));
        dieAnywhere(() -> promoter().rollback("m", "champion", 3, "bad", "bob"), List.of(3, 2), 4);
        AliasMove again = promoter().rollback("m", "champion", 3, "bad", "bob");
        assertThat(again.version()).isEqualTo(2);
        assertThat(again.previous()).isEqualTo(3);
        assertThat(again.by()).isEqualTo("bob");
        assertThat(again.reason()).isEqualTo("bad");
        assertThat(again.notes()).anyMatch(note -> note.contains("already"));
    }

    @Test
    void aRollbackFromAVersionThatIsLeftOtherwiseIsRefused() {
        promoter().promote(request(1));
        promoter().promote(request(2));
        promoter().promote(request(3));
        assertThat(refused(() -> promoter().rollback("m", "champion", 2, null, "bob")))
                .hasMessageContaining("points to version 3, and version 2 was expected");
    }

    @Test
    void aVersionThatDoesNotExistIsNamedWithTheNewestThatDoes() {
        MlopsException failure =
                catchThrowableOfType(MlopsException.class, () -> promoter().promote(request(9)));
        assertThat(failure).hasMessageContaining("no version 9: its newest is 3");
    }

    /**
     * @param fromTo the versions before and after
     * @param records how many there are in the end, however often it died
     */
    private void dieAnywhere(Runnable move, List<Integer> fromTo, long records) throws IOException {
        Map<String, Integer> aliases = Map.copyOf(registry.aliases);
        Map<String, String> tags = new HashMap<>(registry.tags);
        for (boolean afterwards : List.of(false, true)) {
            for (int call = 0; ; call++) {
                registry.aliases.putAll(aliases);
                registry.tags.clear();
                registry.tags.putAll(tags);
                registry.goAway(call, afterwards);
                boolean done = catchThrowableOfType(MlopsException.class, move::run) == null;
                registry.comeBack();
                assertThat(registry.aliases.get("champion"))
                        .as("after call " + call)
                        .isIn(fromTo);
                move.run();
                assertThat(registry.aliases).containsEntry("champion", fromTo.get(1));
                assertThat(registry.tags)
                        .as("after call " + call)
                        .containsEntry(RECORDED, String.valueOf(fromTo.get(1)));
                assertThat(records()).as("after call " + call).isEqualTo(records);
                if (done) {
                    assertThat(call).isGreaterThan(10);
                    break;
                }
            }
        }
    }
}
