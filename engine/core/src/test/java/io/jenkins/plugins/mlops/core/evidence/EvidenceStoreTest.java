package io.jenkins.plugins.mlops.core.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.signature.Envelope;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.Keys;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceStoreTest {

    @TempDir
    private Path directory;

    private WriteOnce objects;
    private SigningKey key;
    private EvidenceStore evidence;

    @BeforeEach
    void init() {
        objects = new DirectoryObjects(directory.resolve("evidence"));
        key = Keys.p256(directory.resolve("key.pem"));
        evidence = EvidenceStore.of(objects, new Keyring(key, TrustedKeys.none()));
        evidence.init(Clock.systemUTC());
    }

    private static Statement statement(int number) {
        return Evaluation.of(
                        manifest().version(),
                        Digest.of("e"),
                        Map.of("accuracy", number / 100.0),
                        Map.of(),
                        Instant.EPOCH)
                .statement(Digest.of("model " + number));
    }

    private static Manifest manifest() {
        return Manifest.of(
                "digits",
                new Manifest.Source("s3-prefix:" + Digest.of("listing"), "s3://data/digits"),
                null,
                List.of(new Manifest.Entry("7.png", 5, Digest.of("seven"), null, null, null, "scan-1")));
    }

    private List<String> logged() {
        return evidence.log().after(null).stream()
                .flatMap(entry -> LogEntry.of(entry).objects().stream())
                .map(LogEntry.Added::name)
                .toList();
    }

    @Test
    void aStoreIsMadeOnceAndThenFound() {
        EvidenceMarker marker = evidence.marker();
        assertThat(EvidenceStore.of(objects, Keyring.empty()).init(Clock.systemUTC()))
                .isEqualTo(marker);
        assertThat(logged()).containsExactly(EvidenceMarker.NAME);
        assertThatThrownBy(() -> EvidenceStore.inDirectory(directory.resolve("typo"), Keyring.empty())
                        .log())
                .hasMessageContaining("mlops evidence init")
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.USAGE));
    }

    @Test
    void aRecordIsKeptWithItsEnvelopeAndManifestAndLogged() {
        LineageStore lineage = LineageStore.open(directory.resolve("lineage"));
        lineage.keepManifest(manifest());
        Statement statement = statement(1);
        new EvidenceReceiver(evidence, lineage).receive(statement.digest(), statement.toBytes(), statement);
        assertThat(evidence.record(statement.digest())).contains(statement.toBytes());
        assertThat(evidence.holdsManifest(manifest().content())).isTrue();
        assertThat(logged())
                .containsExactly(
                        EvidenceMarker.NAME,
                        Layout.manifest(manifest().content()),
                        Layout.record(statement.digest()),
                        Layout.envelope(statement.digest(), key.id()));
        assertThat(evidence.log().last().orElseThrow().signers()).containsExactly(key.id());
    }

    /** Fails the n-th call that changes something, before or after it took effect. */
    private static final class Failing extends ForwardedObjects {
        private final int failing;
        private final boolean after;
        private int calls;

        Failing(WriteOnce objects, int failing, boolean after) {
            super(objects);
            this.failing = failing;
            this.after = after;
        }

        @Override
        public boolean add(String name, byte[] bytes) {
            calls++;
            if (calls == failing && !after) {
                throw MlopsException.unreachable("away", null);
            }
            boolean added = super.add(name, bytes);
            if (calls == failing) {
                throw MlopsException.unreachable("away", null);
            }
            return added;
        }
    }

    @Test
    void whateverBreaksOffIsFinishedByTheNextTry() {
        LineageStore lineage = LineageStore.open(directory.resolve("lineage"));
        lineage.keepManifest(manifest());
        for (int call = 1; call <= 4; call++) {
            for (boolean after : List.of(false, true)) {
                WriteOnce fresh = new DirectoryObjects(directory.resolve(call + "-" + after));
                evidence = EvidenceStore.of(fresh, new Keyring(key, TrustedKeys.none()));
                evidence.init(Clock.systemUTC());
                Statement statement = statement(call);
                EvidenceStore failing =
                        EvidenceStore.of(new Failing(fresh, call, after), new Keyring(key, TrustedKeys.none()));
                EvidenceReceiver receiver = new EvidenceReceiver(failing, lineage);
                assertThatThrownBy(() -> receiver.receive(statement.digest(), statement.toBytes(), statement))
                        .hasMessage("away");
                receiver.receive(statement.digest(), statement.toBytes(), statement);
                assertThat(logged())
                        .contains(Layout.record(statement.digest()), Layout.envelope(statement.digest(), key.id()));
                assertThat(evidence.log().after(null)).hasSizeBetween(2, 3);
            }
        }
    }

    @Test
    void aStoreThatIgnoresConditionsIsNotTaken() {
        Map<String, byte[]> kept = new ConcurrentHashMap<>();
        WriteOnce careless = new WriteOnce() {
            @Override
            public boolean add(String name, byte[] bytes) {
                kept.put(name, bytes);
                return true;
            }

            @Override
            public Optional<byte[]> read(String name) {
                return Optional.ofNullable(kept.get(name));
            }

            @Override
            public boolean exists(String name) {
                return kept.containsKey(name);
            }

            @Override
            public List<String> names(String prefix, String after, int limit) {
                return new ArrayList<>();
            }

            @Override
            public String location() {
                return "http://careless";
            }
        };
        assertThatThrownBy(() -> EvidenceStore.of(careless, Keyring.empty()).init(Clock.systemUTC()))
                .hasMessageContaining("does not honour conditional writes");
        assertThat(kept).doesNotContainKey(EvidenceMarker.NAME);
    }

    @Test
    void otherBytesUnderARecordsNameAreNotTakenForIt() {
        Statement statement = statement(1);
        objects.add(Layout.record(statement.digest()), "{}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> evidence.add(statement.digest(), statement.toBytes()))
                .hasMessageContaining("other bytes");
        Statement second = statement(2);
        objects.add(
                Layout.envelope(second.digest(), key.id()),
                Envelope.sign("application/vnd.in-toto+json", statement.toBytes(), key)
                        .toBytes());
        assertThatThrownBy(() -> evidence.add(second.digest(), second.toBytes()))
                .hasMessageContaining("this key did not sign");
    }

    @Test
    void writersAtOnceLoseNothing() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int writer = 0; writer < 6; writer++) {
                int first = 100 * writer;
                done.add(writers.submit(() -> {
                    EvidenceStore own = EvidenceStore.of(objects, new Keyring(key, TrustedKeys.none()));
                    for (int i = 0; i < 10; i++) {
                        Statement statement = statement(first + i);
                        own.add(statement.digest(), statement.toBytes());
                    }
                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        } finally {
            writers.shutdownNow();
        }
        assertThat(evidence.log().after(null)).hasSize(61);
        assertThat(new EvidenceVerification(evidence, LineageStore.open(directory.resolve("auditor")), true)
                        .verify()
                        .findings())
                .isEmpty();
    }
}
