package io.jenkins.plugins.mlops.core.withdrawal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.file.FileTree;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Registration;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WithdrawalJournalTest {

    private static final Instant AT = Instant.parse("2026-11-02T10:00:00Z");
    private static final Digest FILE = Digest.of("file");

    @TempDir
    private Path directory;

    private LineageStore lineage;

    @BeforeEach
    void open() {
        lineage = LineageStore.open(directory.resolve("lineage"));
    }

    private EvidenceStore store(Keyring keys) {
        EvidenceStore store = EvidenceStore.inDirectory(directory.resolve("evidence"), keys);
        store.init(Clock.systemUTC());
        return store;
    }

    private WithdrawalJournal journal(Keyring keys) {
        return WithdrawalJournal.of(store(keys), lineage);
    }

    private SigningKey key(String name) throws Exception {
        Path file = directory.resolve(name + ".pem");
        byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                        + "\n-----END PRIVATE KEY-----\n");
        return SigningKey.read(file);
    }

    private static Keyring trusting(SigningKey key) {
        return new Keyring(null, TrustedKeys.of(List.of(key.publicKey())));
    }

    @Test
    void withdrawalsAreAddedAndEnded() {
        WithdrawalJournal journal = journal(Keyring.empty());
        assertThat(journal.read()).isEmpty();
        Withdrawal first = journal.add(List.of(FILE), List.of("drive-7"), "consent revoked", "ann", AT);
        journal.add(List.of(), List.of("drive-8"), "plate visible", "ann", AT);
        assertThat(first.inForce()).isTrue();
        assertThat(journal.read()).extracting(Withdrawal::number).containsExactly(1L, 2L);
        Withdrawal ended = journal.end(1, "consent given again", "ben", AT.plusSeconds(9));
        assertThat(ended.inForce()).isFalse();
        assertThat(journal.read()).extracting(Withdrawal::inForce).containsExactly(false, true);
        assertThatThrownBy(() -> journal.end(1, "again", "ben", AT)).hasMessageContaining("has ended already");
        assertThatThrownBy(() -> journal.end(3, "an end has no end", "ben", AT))
                .hasMessageContaining("no withdrawal 3");
        assertThatThrownBy(() -> journal.add(List.of(), List.of(), "why", "ann", AT))
                .isInstanceOf(MlopsException.class);
        assertThatThrownBy(() -> journal.add(List.of(FILE), List.of(), " ", "ann", AT))
                .hasMessageContaining("reason");
        assertThat(journal.read()).hasSize(2);
    }

    @Test
    void aDamagedRecordIsSaidToBeAGapInWhatIsKnown() throws Exception {
        EvidenceStore store = store(Keyring.empty());
        LineageStore elsewhere = LineageStore.open(directory.resolve("elsewhere"));
        Digest model = Digest.of("model");
        Digest record = elsewhere.append(
                new Registration("digits", 1, "s3://models/1", "4f1c", null, "ann", AT).statement(model));
        store.add(record, Files.readAllBytes(elsewhere.record(record)));
        journal(Keyring.empty()).add(List.of(FILE), List.of(), "consent revoked", "ann", AT);
        Path kept = directory
                .resolve("evidence/records")
                .resolve(record.hex().substring(0, 2))
                .resolve(record.hex() + ".json");
        byte[] whole = Files.readAllBytes(kept);
        Files.writeString(kept, "damaged");
        assertThat(Withdrawals.in(Optional.of(store), lineage).notKnownBehind(model))
                .anyMatch(gap -> gap.contains("1 of the objects") && gap.contains("lineage verify --all"));
        Files.write(kept, whole);
        assertThat(Withdrawals.in(Optional.of(store), lineage).notKnownBehind(model))
                .noneMatch(gap -> gap.contains("damaged or gone"));
    }

    @Test
    void whereKeysAreTrustedAnUnsignedWithdrawalCountsAndAnUnsignedEndDoesNot() throws Exception {
        SigningKey key = key("safety");
        journal(Keyring.empty()).add(List.of(FILE), List.of(), "unsigned", "ann", AT);
        journal(Keyring.empty()).end(1, "unsigned", "mallory", AT);
        WithdrawalJournal trusting = journal(trusting(key));
        assertThat(trusting.read()).singleElement().satisfies(withdrawal -> {
            assertThat(withdrawal.inForce()).isTrue();
            assertThat(withdrawal.ends()).singleElement().matches(end -> !end.believed());
        });
        assertThatThrownBy(() -> trusting.end(1, "I say so", "mallory", AT))
                .isInstanceOfSatisfying(
                        MlopsException.class, e -> assertThat(e.kind()).isEqualTo(MlopsException.Kind.REFUSED));
        Withdrawal ended = journal(new Keyring(key, TrustedKeys.none())).end(1, "cleared", "ann", AT);
        assertThat(ended.inForce()).isFalse();
        assertThat(trusting.read()).noneMatch(Withdrawal::inForce);
    }

    @Test
    void anEndCountsNoLongerWhenItsKeyIsNoLongerTrusted() throws Exception {
        SigningKey lost = key("lost");
        WithdrawalJournal signing = journal(new Keyring(lost, TrustedKeys.none()));
        signing.add(List.of(FILE), List.of(), "why", "ann", AT);
        signing.end(1, "stolen key", "mallory", AT);
        assertThat(journal(trusting(lost)).read()).noneMatch(Withdrawal::inForce);
        assertThat(journal(trusting(key("new"))).read())
                .as("what was remembered under other keys is not believed")
                .allMatch(Withdrawal::inForce);
    }

    @Test
    void withdrawalsThatVanishAreNoticed() throws Exception {
        WithdrawalJournal journal = journal(Keyring.empty());
        journal.add(List.of(FILE), List.of(), "why", "ann", AT);
        journal.add(List.of(), List.of("drive-8"), "why", "ann", AT);
        Path last = directory.resolve("evidence/withdrawals/000000000002.json");
        byte[] bytes = Files.readAllBytes(last);
        Files.delete(last);
        assertThatThrownBy(journal::read).hasMessageContaining("tampered").hasMessageContaining("is gone");
        Files.writeString(last, new String(bytes, "UTF-8").replace("drive-8", "drive-9"));
        assertThatThrownBy(journal::read).hasMessageContaining("is another now");
        Files.write(last, bytes);
        assertThat(journal.read()).hasSize(2);
        FileTree.delete(directory.resolve("evidence/withdrawals"));
        assertThatThrownBy(journal::read).hasMessageContaining("is gone");
    }

    @Test
    void whatCannotBeUnderstoodIsNotPassedOver() {
        EvidenceStore store = store(Keyring.empty());
        ObjectNode body = Documents.json().createObjectNode();
        body.put("schema", "mlops-withdrawal/2")
                .put("action", "add")
                .put("reason", "r")
                .put("by", "b")
                .put("at", "" + AT);
        store.journal("withdrawals").append(null, body);
        assertThatThrownBy(() -> Withdrawals.in(Optional.of(store), lineage))
                .hasMessageContaining("what is withdrawn is not known")
                .hasMessageContaining("newer mlops");
    }

    @Test
    void aDamagedMemoryIsMadeAnew() throws Exception {
        WithdrawalJournal journal = journal(Keyring.empty());
        journal.add(List.of(FILE), List.of(), "why", "ann", AT);
        try (var files = Files.list(lineage.directory().resolve("withdrawals"))) {
            Files.writeString(files.findFirst().orElseThrow(), "{\"schema\":");
        }
        assertThat(journal.read()).hasSize(1);
    }
}
