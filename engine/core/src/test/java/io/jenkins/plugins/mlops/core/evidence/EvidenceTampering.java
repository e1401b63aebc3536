package io.jenkins.plugins.mlops.core.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.lineage.Evaluation;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Check;
import io.jenkins.plugins.mlops.core.lineage.LineageVerification.Outcome;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import io.jenkins.plugins.mlops.core.signature.Envelope;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.Keys;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What someone may do to an evidence store who has all rights there, and whether it is found; on any place. */
abstract class EvidenceTampering {

    private static final int RECORDS = 4;

    @TempDir
    Path directory;

    private Place place;
    private SigningKey key;
    private EvidenceStore evidence;
    private LineageStore lineage;
    private LineageStore auditor;
    private final List<Digest> records = new ArrayList<>();
    private Manifest manifest;

    /** A new, empty place. */
    abstract Place newPlace() throws IOException;

    @BeforeEach
    void fill() throws IOException {
        place = newPlace();
        key = Keys.ed25519(directory.resolve("key.pem"));
        evidence = EvidenceStore.of(place.objects(), new Keyring(key, TrustedKeys.none()));
        evidence.init(Clock.systemUTC());
        lineage = LineageStore.open(directory.resolve("lineage"));
        auditor = LineageStore.open(directory.resolve("auditor"));
        manifest = Manifest.of(
                "digits",
                new Manifest.Source("s3-prefix:" + Digest.of("listing"), "s3://data/digits"),
                null,
                List.of(new Manifest.Entry("7.png", 5, Digest.of("seven"), null, null, null, "scan-1")));
        lineage.keepManifest(manifest);
        EvidenceReceiver receiver = new EvidenceReceiver(evidence, lineage);
        for (int i = 0; i < RECORDS; i++) {
            Statement statement = statement(i);
            receiver.receive(statement.digest(), statement.toBytes(), statement);
            records.add(lineage.append(statement));
        }
        assertThat(verify(true).findings()).isEmpty();
    }

    private Statement statement(int number) {
        return Evaluation.of(
                        manifest.version(), Digest.of("e"), Map.of("accuracy", number / 100.0), Map.of(), Instant.EPOCH)
                .statement(Digest.of("model " + number));
    }

    /** @param remembering whether by the machine that wrote it, else by one that has never seen it */
    private EvidenceVerification.Report verify(boolean remembering) throws IOException {
        FileTree.delete(auditor.directory().resolve("evidence"));
        return new EvidenceVerification(evidence, remembering ? lineage : auditor, true).verify();
    }

    private byte[] bytes(String name) {
        return place.objects().read(name).orElseThrow();
    }

    /** An auditor with the public key alone, on a machine that has never seen the store, finds it. */
    private void found(String object, String detail) throws IOException {
        List<Check> findings = verify(false).findings();
        assertThat(findings).as("%s: %s", object, detail).anySatisfy(check -> {
            assertThat(check.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(check.subject()).contains(object);
            assertThat(check.detail()).contains(detail);
        });
    }

    private static String entry(long number) {
        return String.format("log/%012d.json", number);
    }

    @Test
    void anyObjectAlteredByOneByteIsFoundAndNamed() throws IOException {
        List<String> objects = new ArrayList<>();
        place.objects().each("", objects::add);
        objects.removeIf(name -> name.startsWith(ConditionalWrites.ROOM));
        assertThat(objects).hasSize(1 + 1 + RECORDS * 3 + 1);
        for (String object : objects) {
            byte[] whole = bytes(object);
            for (int at : new int[] {0, whole.length / 3, whole.length - 3}) {
                byte[] altered = whole.clone();
                altered[at] ^= 1;
                place.overwrite(object, altered);
                try {
                    found(object, "");
                } catch (MlopsException e) {
                    assertThat(object).isEqualTo(EvidenceMarker.NAME); // without its marker it is no store
                    assertThat(e).hasMessageContaining("is no evidence store");
                }
            }
            place.overwrite(object, whole);
        }
        assertThat(verify(true).findings()).isEmpty();
    }

    @Test
    void anyObjectTruncatedOrDeletedIsFoundAndNamed() throws IOException {
        List<String> objects = new ArrayList<>();
        place.objects().each("", objects::add);
        objects.removeIf(name -> name.startsWith(ConditionalWrites.ROOM) || name.equals(EvidenceMarker.NAME));
        for (String object : objects) {
            byte[] whole = bytes(object);
            place.overwrite(object, java.util.Arrays.copyOf(whole, whole.length / 2));
            found(object, "");
            place.delete(object);
            if (object.equals(entry(1 + RECORDS))) {
                found(Layout.record(records.get(RECORDS - 1)), "no entry of the log says");
            } else if (object.startsWith(Layout.LOG)) {
                found(Layout.LOG, "lacks its entry");
            } else {
                found(object, "it was deleted");
            }
            place.overwrite(object, whole);
        }
        assertThat(verify(true).findings()).isEmpty();
    }

    @Test
    void aRecordReplayedUnderAnotherNameIsFound() throws IOException {
        String other = Layout.record(records.get(1));
        place.overwrite(other, bytes(Layout.record(records.get(0))));
        found(other, "not the one that names it");
        place.overwrite(Layout.record(Digest.of("new")), bytes(Layout.record(records.get(0))));
        found(Layout.record(Digest.of("new")), "not the one that names it");
    }

    @Test
    void theEnvelopeOfAnotherRecordIsFound() throws IOException {
        String other = Layout.envelope(records.get(1), key.id());
        place.overwrite(other, bytes(Layout.envelope(records.get(0), key.id())));
        found(other, "not of the record that names it");
    }

    @Test
    void aForgedRecordWithAForeignSignatureIsFound() throws IOException {
        SigningKey foreign = Keys.ed25519(directory.resolve("foreign.pem"));
        EvidenceStore forger = EvidenceStore.of(place.objects(), new Keyring(foreign, TrustedKeys.none()));
        Statement forged = statement(77);
        forger.add(forged.digest(), forged.toBytes());
        found(Layout.record(forged.digest()), "no trusted key has signed it");
        found(entry(2 + RECORDS), "no trusted key has signed the entry");
        Statement second = statement(78);
        place.overwrite(
                Layout.envelope(second.digest(), key.id()),
                Envelope.sign(Envelope.IN_TOTO, second.toBytes(), foreign).toBytes());
        found(Layout.envelope(second.digest(), key.id()), "no signature by");
    }

    @Test
    void aJournalsEntryIsNoEnvelopeOfARecord() throws IOException {
        String other = Layout.envelope(records.get(1), key.id());
        place.overwrite(other, bytes(entry(2)));
        found(other, "not of a record");
        place.overwrite(entry(3), bytes(Layout.envelope(records.get(0), key.id())));
        found(entry(3), "is an envelope around something else");
    }

    @Test
    void entriesInAnotherOrderAreFound() throws IOException {
        byte[] third = bytes(entry(3));
        byte[] fourth = bytes(entry(4));
        place.overwrite(entry(3), fourth);
        place.overwrite(entry(4), third);
        found(entry(3), "is an entry of another place");
        found(entry(4), "is an entry of another place");
    }

    @Test
    void aReplacedMarkerIsFound() throws IOException {
        EvidenceMarker marker =
                new EvidenceMarker(EvidenceMarker.SCHEMA, UUID.randomUUID().toString(), Instant.EPOCH);
        place.overwrite(EvidenceMarker.NAME, marker.toBytes());
        found(EvidenceMarker.NAME, "it was replaced");
        evidence = EvidenceStore.of(place.objects(), evidence.keys());
        assertThatThrownBy(() -> new EvidenceSync(evidence, lineage).sync())
                .hasMessageContaining("another evidence store");
    }

    @Test
    void aLogCutOffWithItsRecordsIsFoundByWhoHasSeenIt() throws IOException {
        Digest last = records.get(RECORDS - 1);
        byte[] entry = bytes(entry(1 + RECORDS));
        place.delete(entry(1 + RECORDS));
        place.delete(Layout.record(last));
        place.delete(Layout.envelope(last, key.id()));
        assertThat(verify(false).findings())
                .as("nobody who has not seen it can know")
                .isEmpty();
        assertThat(verify(true).findings())
                .anySatisfy(check -> assertThat(check.detail()).contains("its end was cut off"))
                .anySatisfy(check -> assertThat(check.subject()).contains(last.hex()));
        assertThatThrownBy(() -> new EvidenceSync(evidence, lineage).sync()).hasMessageContaining("cut off");
        Statement another = statement(50);
        EvidenceStore writer = EvidenceStore.of(place.objects(), evidence.keys());
        writer.add(another.digest(), another.toBytes()); // takes the place of the entry that was cut off
        assertThat(verify(true).findings())
                .anySatisfy(check -> assertThat(check.detail()).contains("has another entry 5 than the one"));
        assertThat(entry).isNotEqualTo(bytes(entry(1 + RECORDS)));
    }

    @Test
    void aStoreIsFetchedFollowedAndMadeAnew() throws IOException {
        LineageStore second = LineageStore.open(directory.resolve("second"));
        EvidenceSync.Result first = new EvidenceSync(evidence, second).sync();
        assertThat(first.records()).isEqualTo(RECORDS);
        assertThat(first.manifests()).isEqualTo(1);
        assertThat(first.problems()).isEmpty();
        assertThat(second.isIntactManifest(manifest.content())).isTrue();
        EvidenceSync.Result again = new EvidenceSync(evidence, second).sync();
        assertThat(again.entries()).isZero();
        Statement another = statement(50);
        evidence.add(another.digest(), another.toBytes());
        assertThat(new EvidenceSync(evidence, second).sync().records()).isEqualTo(1);
        assertThat(second.isIntact(another.digest())).isTrue();

        Files.writeString(second.record(records.get(0)), "{}");
        Files.delete(second.record(records.get(1)));
        Files.delete(second.manifest(manifest.content()));
        EvidenceSync.Result rebuilt = new EvidenceSync(evidence, second).rebuild();
        assertThat(rebuilt.records()).isEqualTo(2);
        assertThat(rebuilt.manifests()).isEqualTo(1);
        assertThat(second.problems()).isEmpty();
        assertThat(second.dossier(Digest.of("model 0")).records()).hasSize(1);
    }

    @Test
    void whatIsDamagedThereIsNamedAndFetchedOnceItIsWhole() throws IOException {
        String record = Layout.record(records.get(2));
        byte[] whole = bytes(record);
        place.overwrite(record, "{}".getBytes(StandardCharsets.UTF_8));
        LineageStore second = LineageStore.open(directory.resolve("second"));
        EvidenceSync.Result result = new EvidenceSync(evidence, second).sync();
        assertThat(result.records()).isEqualTo(RECORDS - 1);
        assertThat(result.problems()).containsOnlyKeys(record);
        assertThat(new EvidenceSync(evidence, second).sync().problems()).containsOnlyKeys(record);
        place.overwrite(record, whole);
        EvidenceSync.Result healed = new EvidenceSync(evidence, second).sync();
        assertThat(healed.records()).isEqualTo(1);
        assertThat(healed.problems()).isEmpty();
        assertThat(new EvidenceSync(evidence, second).sync().records()).isZero();
    }

    @Test
    void aDamagedLogStillGivesItsRecords() throws IOException {
        place.overwrite(entry(4), "{}".getBytes(StandardCharsets.UTF_8));
        LineageStore second = LineageStore.open(directory.resolve("second"));
        EvidenceSync.Result rebuilt = new EvidenceSync(evidence, second).rebuild();
        assertThat(rebuilt.records()).isEqualTo(RECORDS - 1);
        assertThat(rebuilt.problems()).containsKey(entry(4));
    }

    @Test
    void singleRecordsTellWhoSignedThem() throws IOException {
        SignatureChecks checks = new SignatureChecks(evidence, true);
        assertThat(checks.of(records))
                .hasSize(2 * RECORDS)
                .allSatisfy(check -> assertThat(check.outcome()).isEqualTo(Outcome.OK));
        SigningKey other = Keys.p256(directory.resolve("other.pem"));
        EvidenceStore stranger = EvidenceStore.of(place.objects(), new Keyring(other, TrustedKeys.none()));
        Statement strange = statement(60);
        stranger.add(strange.digest(), strange.toBytes());
        assertThat(checks.of(List.of(strange.digest()))).anySatisfy(check -> {
            assertThat(check.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(check.detail()).contains("not trusted: " + other.id());
        });
        EvidenceStore both =
                EvidenceStore.of(place.objects(), new Keyring(key, TrustedKeys.of(List.of(other.publicKey()))));
        both.add(strange.digest(), strange.toBytes());
        assertThat(new SignatureChecks(both, true).of(List.of(strange.digest())))
                .anySatisfy(check ->
                        assertThat(check.detail()).contains("signed by").contains(" and "));
        place.overwrite(Layout.envelope(records.get(0), key.id()), bytes(Layout.envelope(records.get(1), key.id())));
        place.delete(Layout.envelope(records.get(2), key.id()));
        assertThat(checks.of(List.of(records.get(0), records.get(2))))
                .anySatisfy(check -> assertThat(check.detail()).contains("it is the envelope of"))
                .anySatisfy(check -> assertThat(check.detail()).contains("nobody has signed it"));
    }
}
