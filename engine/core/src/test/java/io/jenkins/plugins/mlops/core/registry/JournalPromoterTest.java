package io.jenkins.plugins.mlops.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.MlopsException.Kind;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.Approval;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Recorded;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.core.withdrawal.WithdrawalJournal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Promotions where an evidence store's journal decides. */
class JournalPromoterTest {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
    private static final String CHAMPION = "champion";

    @TempDir
    private Path directory;

    /** A registry and an evidence store, and two machines that use them. */
    private final class World {
        final Faults faults = new Faults();
        final MemoryRegistry registry = new MemoryRegistry(faults);
        final Path room;
        final MemoryObjects memory = new MemoryObjects();
        final FaultyObjects objects = new FaultyObjects(memory, faults);
        final EvidenceStore evidence;

        World(String name) {
            room = directory.resolve(name);
            evidence = EvidenceStore.of(objects, Keyring.empty());
            evidence.init(Clock.systemUTC());
            for (int version = 1; version <= 4; version++) {
                registry.add(Map.of(
                        "mlops.model.digest", digest(version).toString(),
                        "mlops.lineage", "sha256:l",
                        "mlops.commit", "abc",
                        "mlops.dataset.training", "sha256:d"));
            }
        }

        Promoter promoter() {
            return promoter("here");
        }

        Promoter promoter(String machine) {
            return promoter(machine, Keyring.empty());
        }

        Promoter promoter(String machine, Keyring keys) {
            return new Promoter(
                    registry,
                    LineageStore.open(room.resolve(machine)),
                    Clock.fixed(NOW, ZoneOffset.UTC),
                    EvidenceStore.of(objects, keys));
        }

        Promoter withoutEvidence() {
            return new Promoter(registry, LineageStore.open(room.resolve("here")), Clock.fixed(NOW, ZoneOffset.UTC));
        }

        AliasMove promote(int version) {
            return promoter().promote(request(version));
        }

        AliasMove rollback() {
            return promoter().rollback("m", CHAMPION, null, "bad", "bob");
        }

        List<Round> rounds() {
            return new Rounds(evidence, "m", CHAMPION)
                    .all().stream().map(Rounds.Decided::round).toList();
        }

        List<Integer> path() {
            return rounds().stream().map(Round::to).toList();
        }

        /** Promotions in the evidence store's records, by their rounds. */
        List<Long> recorded() {
            List<Long> found = new ArrayList<>();
            for (Map.Entry<String, byte[]> object : memory.objects.entrySet()) {
                if (object.getKey().startsWith("records/")) {
                    Statement statement = Documents.readJson(
                            new String(object.getValue(), StandardCharsets.UTF_8), "a record", Statement.class);
                    found.add(((Promotion) Predicate.of(statement).orElseThrow()).round());
                }
            }
            return found;
        }

        void assertSettled(int champion, int rounds) {
            assertThat(registry.aliases).containsEntry(CHAMPION, champion);
            assertThat(registry.tags)
                    .containsEntry("mlops.alias.champion.version", String.valueOf(champion))
                    .containsEntry("mlops.alias.champion.round", String.valueOf(rounds));
            List<Round> all = rounds();
            assertThat(all).hasSize(rounds);
            for (int i = 1; i < rounds; i++) {
                assertThat(all.get(i).from()).isEqualTo(all.get(i - 1).to());
            }
            assertThat(recorded()).doesNotHaveDuplicates().hasSize(rounds);
        }
    }

    private static Digest digest(int version) {
        return Digest.of("model " + version);
    }

    private static PromotionRequest request(int version) {
        return with(version, null, null);
    }

    private static PromotionRequest with(int version, Integer expected, String override) {
        return new PromotionRequest(
                "m",
                version,
                CHAMPION,
                gate(version, "report " + version),
                expected,
                override != null,
                override,
                "ann");
    }

    private static MlopsException refused(ThrowingCallable call) {
        MlopsException failure = catchThrowableOfType(MlopsException.class, call);
        assertThat(failure).isNotNull();
        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(Kind.REFUSED);
        return failure;
    }

    @Test
    void everyMoveIsARoundThatGoesOnFromTheOneBefore() {
        World world = new World("w");
        world.promote(1);
        AliasMove second = world.promoter().promote(with(2, 1, null));
        assertThat(second.previous()).isEqualTo(1);
        assertThat(second.notes()).isEmpty();
        AliasMove back = world.rollback();
        assertThat(back.version()).isEqualTo(1);
        assertThat(back.previous()).isEqualTo(2);
        world.assertSettled(1, 3);
        assertThat(world.registry.version("m", 2).orElseThrow().tags())
                .containsEntry("mlops.promotion.champion.by", "ann")
                .containsEntry("mlops.promotion.champion.previous", "1")
                .containsEntry("mlops.rollback.champion.why", "bad");
        assertThat(world.promote(1).notes()).anyMatch(note -> note.contains("already"));
        assertThat(world.rounds()).hasSize(3);
    }

    @Test
    void aRollbackGoesBackStepByStepWhereverTheAliasWasBetween() {
        World world = new World("w");
        for (int version : new int[] {1, 2, 1, 3}) {
            world.promote(version);
        }
        assertThat(world.rollback().version()).isEqualTo(1);
        assertThat(world.rollback().version()).isEqualTo(2);
        assertThat(world.rollback().version()).isEqualTo(1);
        assertThat(refused(world::rollback)).hasMessageContaining("nothing to roll back to");
        world.promote(4);
        assertThat(world.rollback().version()).isEqualTo(1);
        assertThat(world.path()).containsExactly(1, 2, 1, 3, 1, 2, 1, 4, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFirstPromotionThatDiesAnywhereIsFinished(boolean elsewhere) {
        dieAnywhere(
                elsewhere,
                world -> {},
                world -> world.promoter().promote(request(1)),
                world -> world.assertSettled(1, 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPromotionThatDiesAnywhereIsFinished(boolean elsewhere) {
        dieAnywhere(
                elsewhere,
                world -> world.promote(1),
                world -> world.promoter().promote(with(2, 1, null)),
                world -> world.assertSettled(2, 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRollbackThatDiesAnywhereIsFinished(boolean elsewhere) {
        dieAnywhere(
                elsewhere,
                world -> {
                    world.promote(1);
                    world.promote(2);
                    world.promote(3);
                },
                world -> world.promoter().rollback("m", CHAMPION, 3, "bad", "bob"),
                world -> world.assertSettled(2, 4));
    }

    /** @param elsewhere whether another machine finishes it, before the same call is made again */
    private void dieAnywhere(boolean elsewhere, Consumer<World> before, Consumer<World> move, Consumer<World> check) {
        for (boolean afterwards : List.of(false, true)) {
            for (int call = 0; ; call++) {
                World world = new World(afterwards + "-" + call);
                before.accept(world);
                world.faults.goAway(call, afterwards);
                boolean done = catchThrowableOfType(MlopsException.class, () -> move.accept(world)) == null;
                world.faults.comeBack();
                if (elsewhere) {
                    world.promoter("there").settle("m", CHAMPION);
                }
                move.accept(world);
                check.accept(world);
                if (done) {
                    assertThat(call).isGreaterThan(25);
                    break;
                }
            }
        }
    }

    @Test
    void ofSeveralAtOnceOneWinsARound() throws Exception {
        World world = new World("w");
        world.promote(1);
        int writers = 3;
        CyclicBarrier start = new CyclicBarrier(writers);
        String second = "/000000000002.json";
        world.objects.beforeAdd = name -> {
            if (name.startsWith("promotions/") && name.endsWith(second)) {
                await(start);
            }
        };
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<Object>> outcomes = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int version = writer + 2;
                Callable<Object> call = () -> {
                    try {
                        return world.promoter("machine" + version).promote(request(version));
                    } catch (MlopsException e) {
                        return e;
                    }
                };
                outcomes.add(threads.submit(call));
            }
            List<AliasMove> won = new ArrayList<>();
            for (Future<Object> outcome : outcomes) {
                Object end = outcome.get();
                if (end instanceof AliasMove move) {
                    won.add(move);
                } else {
                    assertThat(((MlopsException) end).kind()).isEqualTo(Kind.REFUSED);
                    assertThat((MlopsException) end)
                            .hasMessageContaining("another promotion was faster, round 2 by ann");
                }
            }
            assertThat(won).hasSize(1);
            world.assertSettled(won.get(0).version(), 2);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatAStalledWriterOfOursSetsLateIsRepaired() {
        World world = new World("w");
        world.promote(1);
        world.registry.beforeSet = () -> {
            throw new IllegalStateException("stalls here");
        };
        catchThrowableOfType(IllegalStateException.class, () -> world.promote(2));
        world.registry.beforeSet = () -> {};
        world.promoter("there").promote(request(3));
        world.registry.aliases.put(CHAMPION, 2); // it goes on, and dies
        AliasMove move = world.promote(4);
        assertThat(move.previous()).isEqualTo(3);
        assertThat(move.notes()).singleElement().asString().contains("version 2, set late by an interrupted call");
        world.assertSettled(4, 4);
    }

    @Test
    void aWriterThatSetsLateAndLivesRepairsItself() {
        World world = new World("w");
        world.promote(1);
        world.registry.beforeSet = () -> {
            world.registry.beforeSet = () -> {};
            world.promoter("there").promote(request(3));
        };
        AliasMove move = world.promote(2);
        assertThat(move.version()).isEqualTo(2);
        assertThat(move.notes()).anyMatch(note -> note.contains("round 3 has moved the alias on, to version 3"));
        world.assertSettled(3, 3);
        assertThat(Rounds.raised(new Rounds(world.evidence, "m", CHAMPION).gestures()))
                .isEmpty();
    }

    @Test
    void anAliasThatSomeoneElseMovedIsReportedAndARollbackUndoesIt() {
        World world = new World("w");
        world.promote(1);
        world.promote(2);
        world.registry.aliases.put(CHAMPION, 3);
        assertThat(refused(() -> world.promote(4)))
                .hasMessageContaining("moved by someone else, from version 2, where round 2 left it, to version 3");
        assertThat(refused(() -> world.promote(2))).hasMessageContaining("moved by someone else");
        refused(() -> world.promoter().settle("m", CHAMPION));
        assertThat(world.rounds()).hasSize(2);
        AliasMove back = world.rollback();
        assertThat(back.version()).isEqualTo(2);
        assertThat(back.previous()).isEqualTo(3);
        assertThat(back.notes()).anyMatch(note -> note.contains("moved by someone else"));
        world.assertSettled(2, 3);
        assertThat(world.rollback().version()).isEqualTo(1);
    }

    @Test
    void anOverrideGoesOnFromWhatOursDecided() {
        World world = new World("w");
        world.promote(1);
        world.registry.aliases.remove(CHAMPION);
        AliasMove move = world.promoter().promote(with(2, null, "it was me"));
        assertThat(move.version()).isEqualTo(2);
        assertThat(world.rounds().get(1).from()).isEqualTo(1);
        assertThat(world.rounds().get(1).found()).isZero();
        assertThat(world.rounds().get(1).overridden())
                .singleElement()
                .asString()
                .contains("to no version");
        assertThat(world.rollback().version()).isEqualTo(1);
    }

    @Test
    void aWriterOutsideWhoComesAfterTheSetIsFoundAndStays() {
        World world = new World("w");
        world.promote(1);
        world.registry.afterSet = () -> world.registry.aliases.put(CHAMPION, 3);
        assertThat(refused(() -> world.promote(2))).hasMessageContaining("keeps no protocol, moved it to version 3");
        world.registry.afterSet = () -> {};
        assertThat(world.registry.aliases).containsEntry(CHAMPION, 3);
        assertThat(world.path()).containsExactly(1, 2);
        assertThat(world.rollback().version()).isEqualTo(2);
        world.assertSettled(2, 3);
    }

    @Test
    void aWriterOutsideBetweenDecisionAndSetIsReplacedAndTold() {
        World world = new World("w");
        world.promote(1);
        world.objects.beforeAdd = name -> {
            if (name.startsWith("promotions/")) {
                world.registry.aliases.put(CHAMPION, 3);
            }
        };
        AliasMove move = world.promote(2);
        assertThat(move.notes()).singleElement().asString().contains("moved by someone else, to version 3");
        world.assertSettled(2, 2);
    }

    @Test
    void anAliasFromBeforeTheJournalIsItsRoundZero() {
        World world = new World("w");
        world.withoutEvidence().promote(request(1));
        world.withoutEvidence().promote(request(2));
        AliasMove move = world.promoter().promote(with(3, 2, null));
        assertThat(move.previous()).isEqualTo(2);
        assertThat(move.notes()).singleElement().asString().contains("at version 2 before its first round");
        assertThat(world.rollback().version()).isEqualTo(2);
        assertThat(world.rollback().version()).isEqualTo(1);
        assertThat(world.path()).containsExactly(3, 2, 1);
    }

    @Test
    void whoUsesNoEvidenceStoreIsToldThatOneDecides() {
        World world = new World("w");
        world.promote(1);
        assertThat(refused(() -> world.withoutEvidence().promote(request(2))))
                .hasMessageContaining("ordered by the evidence store " + world.evidence.location());
        World other = new World("other");
        Promoter elsewhere = new Promoter(
                world.registry, LineageStore.open(directory.resolve("l")), Clock.systemUTC(), other.evidence);
        assertThat(refused(() -> elsewhere.promote(request(2)))).hasMessageContaining("name that store");
        assertThat(world.withoutEvidence()
                        .promote(with(2, null, "the store is away"))
                        .version())
                .isEqualTo(2);
        assertThat(refused(() -> world.promote(3))).hasMessageContaining("moved by someone else");
    }

    @Test
    void roundsThatWereDeletedAreMissed() {
        World world = new World("w");
        world.promote(1);
        world.promote(2);
        world.promote(1);
        String journal = "promotions/" + Rounds.key("m", CHAMPION);
        world.memory.objects.remove(journal + "/000000000003.json");
        world.memory.objects.remove(journal + "/000000000002.json");
        assertThat(refused(() -> world.promote(3)))
                .hasMessageContaining("MLflow remembers round 3")
                .hasMessageContaining("ends with round 1");
        assertThat(world.promoter()
                        .promote(with(3, null, "restored from a backup"))
                        .version())
                .isEqualTo(3);
        assertThat(world.rounds().get(1).forgotten()).isEqualTo(3);
        world.promote(4);
        assertThat(world.registry.aliases).containsEntry(CHAMPION, 4);
        world.memory.objects.remove(journal + "/000000000001.json");
        MlopsException failure = catchThrowableOfType(MlopsException.class, () -> world.rounds());
        assertThat(failure).hasMessageContaining("lacks its entry 1");
    }

    @Test
    void aRoundThatNoTrustedKeySignedIsNotCarriedOut() throws Exception {
        World world = new World("w");
        Keyring keys = keys("ours");
        world.promoter("here", keys).promote(request(1));
        world.promoter("here", keys).promote(request(2));
        Rounds forged = new Rounds(world.evidence, "m", CHAMPION);
        Round first = world.rounds().get(0);
        forged.claim(
                forged.last().orElseThrow(),
                new Round(
                        "m",
                        CHAMPION,
                        digest(3),
                        4,
                        3,
                        null,
                        false,
                        null,
                        null,
                        "mallory",
                        null,
                        null,
                        null,
                        null,
                        "id",
                        first.at()));
        assertThat(refused(() -> world.promoter("here", keys).promote(request(4))))
                .hasMessageContaining("round 3, which moves the alias to version 3, was signed by no key");
        assertThat(world.registry.aliases).containsEntry(CHAMPION, 2);
        AliasMove back = world.promoter("here", keys).rollback("m", CHAMPION, null, null, "bob");
        assertThat(back.version()).isEqualTo(2);
        assertThat(world.promoter("here", keys).promote(request(4)).notes()).isEmpty();
        assertThat(world.registry.aliases).containsEntry(CHAMPION, 4);
        Keyring onlyTrust = new Keyring(null, keys.trusted());
        MlopsException failure = catchThrowableOfType(
                MlopsException.class, () -> world.promoter("here", onlyTrust).promote(request(1)));
        assertThat(failure.kind()).isEqualTo(Kind.USAGE);
        assertThat(failure).hasMessageContaining("wants a signature");
    }

    private Keyring keys(String name) throws Exception {
        byte[] key = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Path file = directory.resolve(name + ".pem");
        Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
        return new Keyring(SigningKey.read(file), TrustedKeys.none());
    }

    @Test
    void aVersionThatWasDeletedBeforeItsRoundWasCarriedOutIsTold() {
        World world = new World("w");
        world.promote(1);
        world.objects.beforeAdd = name -> {
            if (name.startsWith("promotions/")) {
                world.registry.delete(2);
                world.registry.delete(1);
            }
        };
        refused(() -> world.promote(2));
        world.objects.beforeAdd = name -> {};
        assertThat(refused(world::rollback)).hasMessageContaining("was deleted");
        assertThat(world.promoter().promote(with(3, null, "cleaned up")).version())
                .isEqualTo(3);
        assertThat(world.registry.aliases).containsEntry(CHAMPION, 3);
    }

    @Test
    void anotherServersModelsAreNotMoved() {
        World world = new World("w");
        world.promote(1);
        MemoryRegistry other = new MemoryRegistry();
        other.add(Map.of("mlops.model.digest", digest(9).toString()));
        Promoter promoter =
                new Promoter(other, LineageStore.open(directory.resolve("l")), Clock.systemUTC(), world.evidence);
        MlopsException failure =
                catchThrowableOfType(MlopsException.class, () -> promoter.promote(with(1, null, "force")));
        assertThat(failure.kind()).isEqualTo(Kind.FAILED);
        assertThat(failure).hasMessageContaining("another MLflow server");
        assertThat(other.aliases).isEmpty();
    }

    private static PromotionRequest approved(int version, String report, int approvals, String by) {
        return new PromotionRequest("m", version, CHAMPION, gate(version, report), null, false, null, by, approvals);
    }

    private static GateEvidence gate(int version, String report) {
        return new GateEvidence(Digest.of(report), "pass", "said so", digest(version), null, null);
    }

    private static Recorded<Approval> approve(
            World world, EvidenceStore evidence, int version, String report, String by) {
        return new Approvals(LineageStore.open(world.room.resolve("approver")), evidence)
                .approve(
                        world.registry.version("m", version).orElseThrow(),
                        CHAMPION,
                        gate(version, report),
                        by,
                        "looked at it",
                        NOW);
    }

    @Test
    void anApprovalIsForOneReportByOneOther() {
        World world = new World("w");
        world.registry.setVersionTags("m", 1, Map.of("mlops.registered.by", "Rob"));
        for (String by : List.of("ann", "rob ", "cat", "CAT")) {
            approve(world, world.evidence, 1, "report", by);
        }
        assertThat(refused(() -> world.promoter().promote(approved(1, "report", 2, "ann"))))
                .hasMessageContaining("it has 1 of 2 approvals of this gate report");
        assertThat(refused(() -> world.promoter().promote(approved(1, "another run", 1, "ann"))))
                .hasMessageContaining("it has 0 of 1 approvals")
                .hasMessageContaining("3 more are by these, or for another report");
        Digest dora = approve(world, world.evidence, 1, "report", "dora").record();
        assertThat(approve(world, world.evidence, 1, "report", "dora").record()).isEqualTo(dora);
        world.promoter("elsewhere").promote(approved(1, "report", 2, "ann"));
        assertThat(world.rounds().get(0).approvals()).hasSize(2).contains(dora);
        assertThat(refused(() -> world.promoter().promote(approved(2, "report", 1, "ann"))))
                .hasMessageContaining("it has 0 of 1 approvals");
        assertThat(refused(() -> new Approvals(LineageStore.open(world.room.resolve("a")), world.evidence)
                        .approve(
                                world.registry.version("m", 2).orElseThrow(),
                                CHAMPION,
                                gate(1, "report"),
                                "cat",
                                null,
                                NOW)))
                .hasMessageContaining("The gate report judged the model");
    }

    @Test
    void anApprovalThatNoTrustedKeySignedDoesNotCount() throws Exception {
        World world = new World("w");
        approve(world, world.evidence, 1, "report", "mallory");
        Keyring keys = keys("ours");
        assertThat(refused(() -> world.promoter("here", keys).promote(approved(1, "report", 1, "ann"))))
                .hasMessageContaining("it has 0 of 1 approvals");
        approve(world, EvidenceStore.of(world.objects, keys), 1, "report", "cat");
        assertThat(world.promoter("here", keys)
                        .promote(approved(1, "report", 1, "ann"))
                        .notes())
                .isEmpty();
    }

    @Test
    void withoutAnEvidenceStoreTheLineageStoreHasTheApprovals() {
        World world = new World("w");
        refused(() -> world.withoutEvidence().promote(approved(1, "report", 1, "ann")));
        new Approvals(LineageStore.open(world.room.resolve("here")), null)
                .approve(world.registry.version("m", 1).orElseThrow(), CHAMPION, gate(1, "report"), "cat", null, NOW);
        assertThat(world.withoutEvidence()
                        .promote(approved(1, "report", 1, "ann"))
                        .version())
                .isEqualTo(1);
    }

    @Test
    void aModelFromWithdrawnDataIsNeitherPromotedNorRolledBackTo() {
        World world = new World("w");
        world.promote(1);
        world.promote(2);
        LineageStore lineage = LineageStore.open(world.room.resolve("here"));
        WithdrawalJournal.of(world.evidence, lineage)
                .add(List.of(digest(1), digest(3)), List.of(), "consent revoked", "dora", NOW);
        assertThat(refused(() -> world.promote(3)))
                .hasMessageContaining("it came from withdrawn data")
                .hasMessageContaining("consent revoked");
        assertThat(refused(world::rollback)).hasMessageContaining("not rolled back to version 1");
        assertThat(world.promoter().promote(with(3, null, "no other is safe")).version())
                .isEqualTo(3);
        assertThat(world.rounds()).hasSize(3);
    }

    @Test
    void whatIsNotAsTheJournalDecidedIsListed() {
        World world = new World("w");
        world.promote(1);
        assertThat(ForeignMoves.of(world.registry, world.evidence, "m")).isEmpty();
        world.registry.aliases.put(CHAMPION, 2);
        assertThat(ForeignMoves.of(world.registry, world.evidence, "m"))
                .singleElement()
                .asString()
                .contains("from version 1, where round 1 left it");
        assertThat(ForeignMoves.of(world.registry, "m")).hasSize(1);
        world.registry.aliases.put(CHAMPION, 1);
        world.registry.beforeSet = () -> {
            throw new IllegalStateException("stalls here");
        };
        catchThrowableOfType(IllegalStateException.class, () -> world.promote(3));
        assertThat(ForeignMoves.of(world.registry, world.evidence, "m"))
                .singleElement()
                .asString()
                .contains("round 2 was decided by ann and is not carried out yet");
        assertThat(PromotionHistory.of(world.evidence, "m", CHAMPION))
                .extracting(PromotionHistory.Entry::done)
                .containsExactly(true, false);
    }

    @Test
    void namesThatLookAlikeHaveJournalsOfTheirOwn() {
        Set<String> keys = new HashSet<>();
        List<List<String>> names = List.of(
                List.of("a", "b-c"), List.of("a-b", "c"), List.of("a b", "c"), List.of("ä", "c"), List.of("ö", "c"));
        names.forEach(pair -> keys.add(Rounds.key(pair.get(0), pair.get(1))));
        assertThat(keys).hasSize(names.size()).allMatch(key -> key.matches("[A-Za-z0-9_.-]{1,110}"));
    }
}
