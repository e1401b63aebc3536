package io.jenkins.plugins.mlops.cli.withdrawal;

import io.jenkins.plugins.mlops.cli.Host;
import io.jenkins.plugins.mlops.cli.lineage.LineageOptions;
import io.jenkins.plugins.mlops.cli.lineage.LineageSources;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.EvidenceSync;
import io.jenkins.plugins.mlops.core.withdrawal.WithdrawalJournal;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/** Where withdrawals are, and what knows the lineage of what is withdrawn. */
final class WithdrawalOptions {

    @Mixin
    private LineageOptions lineage;

    /** Does something with the journal and the lineage, which has all that the evidence store has. */
    <T> T with(Host host, BiFunction<WithdrawalJournal, LineageSources, T> work) {
        try (LineageSources sources = lineage.open(host);
                EvidenceStore objects = lineage.requireEvidence(host)) {
            new EvidenceSync(objects, sources.store()).sync();
            return work.apply(WithdrawalJournal.of(objects, sources.store()), sources);
        }
    }

    /** Does something with the journal alone: no MLflow server is asked. */
    <T> T withJournal(Host host, Function<WithdrawalJournal, T> work) {
        try (EvidenceStore objects = lineage.requireEvidence(host)) {
            return work.apply(WithdrawalJournal.of(objects, lineage.store(host)));
        }
    }

    /** Names a key that signed for people. */
    String describe(Host host, String key) {
        return lineage.describeKey(host, key);
    }
}
