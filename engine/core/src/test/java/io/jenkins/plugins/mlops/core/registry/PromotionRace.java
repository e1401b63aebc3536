package io.jenkins.plugins.mlops.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.evidence.EvidenceStore;
import io.jenkins.plugins.mlops.core.evidence.WriteOnce;
import io.jenkins.plugins.mlops.core.lineage.LineageStore;
import io.jenkins.plugins.mlops.core.lineage.Predicate;
import io.jenkins.plugins.mlops.core.lineage.Promotion;
import io.jenkins.plugins.mlops.core.lineage.Statement;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Ten processes that move one alias and are killed at random: every round has one winner, the journal is whole, every move is in the
 * lineage once, and the alias is in the end where the last round wants it.
 */
final class PromotionRace {

    private static final int WORKERS = 10;
    private static final long POLL_MILLIS = 20;

    private final Random random = new Random();

    private final Path directory;

    /** @param directory an empty one, for what the processes write */
    PromotionRace(Path directory) {
        this.directory = directory;
    }

    /** Of a version that nothing speaks against. */
    static Map<String, String> tags(int version) {
        return Map.of(
                "mlops.model.digest", RaceWorker.digest(version).toString(),
                "mlops.lineage", "sha256:l",
                "mlops.commit", "abc",
                "mlops.dataset.training", "sha256:d");
    }

    /**
     * Runs it and looks at what is left.
     *
     * @param wanted so many rounds, or what is decided until the limit
     * @param roundsAKill so many rounds are decided between two kills, on average
     */
    void race(RacePlace place, int wanted, int roundsAKill, Duration limit) throws Exception {
        try (EvidenceStore evidence = place.openEvidence();
                MlflowServer server = place.openMlflow()) {
            evidence.init(Clock.systemUTC());
            Rounds rounds = new Rounds(evidence, place.model(), RacePlace.ALIAS);
            int kills = run(place, rounds, wanted, roundsAKill, limit);
            Promoter promoter =
                    new Promoter(server, LineageStore.open(directory.resolve("settling")), Clock.systemUTC(), evidence);
            AliasMove last = promoter.settle(place.model(), RacePlace.ALIAS).orElseThrow();
            List<Rounds.Decided> all = rounds.all();
            int lost = outputs("lost ").size();
            System.out.println(all.size() + " rounds, " + outputs("won ").size() + " winners told, " + lost
                    + " refused, " + kills + " kills; " + last);

            assertThat(all).hasSizeGreaterThan(kills);
            Map<String, Round> byReason = new HashMap<>();
            Integer before = null;
            for (Rounds.Decided decided : all) {
                Round round = decided.round();
                assertThat(round.from()).as("round " + decided.number()).isEqualTo(before);
                assertThat(round.found()).as("round " + decided.number()).isNull();
                assertThat(byReason.put(round.reason(), round)).isNull();
                assertThat(rounds.isDone(decided))
                        .as("round " + decided.number())
                        .isTrue();
                before = round.to();
            }
            assertThat(server.byAlias(place.model(), RacePlace.ALIAS)
                            .orElseThrow()
                            .version())
                    .isEqualTo(before);
            winnersAreInTheJournal(byReason);
            theLineageHasEachOnce(evidence, all);
            assertThat(ForeignMoves.of(server, evidence, place.model())).isEmpty();
            assertThat(ForeignMoves.of(server, place.model())).isEmpty();
        }
    }

    /** @return how many processes were killed while others went on */
    private int run(RacePlace place, Rounds rounds, int wanted, int roundsAKill, Duration limit) throws Exception {
        List<Process> workers = new ArrayList<>();
        try {
            int started = 0;
            for (; started < WORKERS; started++) {
                workers.add(start(place, started));
            }
            long end = System.nanoTime() + limit.toNanos();
            long nextKill = roundsAKill;
            Rounds.Decided last = null;
            int kills = 0;
            while ((last == null || last.number() < wanted) && System.nanoTime() < end) {
                Thread.sleep(POLL_MILLIS);
                last = last == null ? rounds.last().orElse(null) : rounds.last(last);
                for (Process worker : workers) {
                    if (!worker.isAlive()) {
                        fail("a worker ended with " + worker.exitValue() + ": " + untold());
                    }
                }
                if (last != null && last.number() >= nextKill) {
                    int victim = random.nextInt(WORKERS);
                    workers.get(victim).destroyForcibly().waitFor();
                    workers.set(victim, start(place, started++));
                    kills++;
                    nextKill = last.number() + 1 + random.nextInt(2 * roundsAKill);
                }
            }
            return kills;
        } finally {
            for (Process worker : workers) {
                worker.destroyForcibly().waitFor();
            }
        }
    }

    private Process start(RacePlace place, int number) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                RaceWorker.class.getName()));
        command.addAll(place.arguments());
        command.add(directory.resolve("machine-" + number).toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output(number))
                .start();
    }

    private File output(int number) {
        return directory.resolve(number + ".out").toFile();
    }

    /** The lines of all workers that begin so. */
    private List<String> outputs(String start) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int number = 0; output(number).exists(); number++) {
            for (String line : Files.readAllLines(output(number).toPath())) {
                if (line.startsWith(start)) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    /** What workers wrote besides the ends of rounds: the stack of one that failed. */
    private String untold() throws IOException {
        return outputs("").stream()
                .filter(line -> !line.startsWith("won ") && !line.startsWith("lost "))
                .collect(Collectors.joining("\n"));
    }

    private void winnersAreInTheJournal(Map<String, Round> byReason) throws IOException {
        for (String line : outputs("won ")) {
            String[] words = line.split(" ");
            if (words.length == 4) { // the last line of one that was killed may be cut
                Round round = byReason.get(words[1]);
                assertThat(round).as(line).isNotNull();
                assertThat(String.valueOf(round.to())).isEqualTo(words[3]);
                assertThat(String.valueOf(round.from())).isEqualTo(words[2]);
            }
        }
    }

    private static void theLineageHasEachOnce(EvidenceStore evidence, List<Rounds.Decided> all) {
        Map<Long, Promotion> recorded = new HashMap<>();
        WriteOnce objects = evidence.objects();
        objects.each("records/", name -> {
            byte[] bytes = objects.read(name).orElseThrow();
            assertThat(name).contains(Digest.of(bytes).hex());
            Statement statement = Documents.readJson(new String(bytes, StandardCharsets.UTF_8), name, Statement.class);
            Promotion promotion = (Promotion) Predicate.of(statement).orElseThrow();
            assertThat(recorded.put(promotion.round(), promotion)).as(name).isNull();
        });
        assertThat(recorded).hasSameSizeAs(all);
        for (Rounds.Decided decided : all) {
            Promotion promotion = recorded.get(decided.number());
            assertThat(Arrays.asList(promotion.previous(), promotion.version(), promotion.reason()))
                    .containsExactly(
                            decided.round().from(),
                            decided.round().to(),
                            decided.round().reason());
        }
    }
}
