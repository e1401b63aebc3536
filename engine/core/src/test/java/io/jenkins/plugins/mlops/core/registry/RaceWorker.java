package io.jenkins.plugins.mlops.core.registry;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;

/** Promotes and rolls back at random until it is killed, as one of several processes; says on its output what it won. */
final class RaceWorker {

    private RaceWorker() {}

    /** @param arguments those of the place, then the directory of its lineage store */
    public static void main(String[] arguments) {
        RacePlace place = RacePlace.of(arguments);
        Random random = new Random();
        try (MlflowServer server = place.openMlflow();
                EvidenceStore evidence = place.openEvidence()) {
            LineageStore lineage = LineageStore.open(Path.of(arguments[4]));
            Promoter promoter = new Promoter(server, lineage, Clock.systemUTC(), evidence);
            while (true) {
                String reason = UUID.randomUUID().toString();
                try {
                    AliasMove move = random.nextInt(8) == 0
                            ? promoter.rollback(place.model(), RacePlace.ALIAS, null, reason, "worker")
                            : promoter.promote(request(place, 1 + random.nextInt(RacePlace.VERSIONS), reason));
                    if (reason.equals(move.reason())) {
                        System.out.println("won " + reason + " " + move.previous() + " " + move.version());
                    }
                } catch (MlopsException e) {
                    if (e.kind() != MlopsException.Kind.REFUSED) {
                        throw e;
                    }
                    System.out.println("lost " + e.getMessage());
                }
            }
        }
    }

    private static PromotionRequest request(RacePlace place, int version, String reason) {
        GateEvidence gate = new GateEvidence(Digest.of("report"), "pass", "fine", digest(version), null, null);
        return new PromotionRequest(place.model(), version, RacePlace.ALIAS, gate, null, false, reason, "worker");
    }

    static Digest digest(int version) {
        return Digest.of("model " + version);
    }
}
