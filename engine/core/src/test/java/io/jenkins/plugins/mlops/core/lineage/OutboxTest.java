package io.jenkins.plugins.mlops.core.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class OutboxTest {

    private static final Instant START = Instant.parse("2026-11-27T12:00:00Z");

    @TempDir
    Path directory;

    private final Catalogue catalogue = new Catalogue("catalogue");
    private final SetClock clock = new SetClock();

    /** A receiver that does as a test says. */
    private static final class Catalogue implements RecordReceiver {
        private final String name;
        private final List<Digest> received = new CopyOnWriteArrayList<>();
        private RuntimeException failure;
        private Error death;

        Catalogue(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void receive(Digest record, byte[] bytes, Statement statement) {
            if (failure != null) {
                throw failure;
            }
            assertThat(Digest.of(bytes)).isEqualTo(record);
            assertThat(statement.digest()).isEqualTo(record);
            received.add(record);
            if (death != null) {
                throw death;
            }
        }
    }

    private static final class SetClock extends Clock {
        private Instant now = START;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private LineageStore store(RecordReceiver... receivers) {
        return LineageStore.open(directory, List.of(receivers), clock);
    }

    private static Statement training(String model) {
        return Trainings.training(Trainings.model(model)).statement();
    }

    private static Delivery only(List<Delivery> deliveries) {
        assertThat(deliveries).hasSize(1);
        return deliveries.get(0);
    }

    @Test
    void aRecordIsHandedOverOnceThoughItIsKeptAgain() {
        LineageStore store = store(catalogue);
        Digest record = store.append(training("a"));
        assertThat(catalogue.received).isEmpty();
        assertThat(only(store.outbox().deliver()).delivered()).isEqualTo(1);
        store.append(training("a"));
        store.keep(training("a").toBytes(), "elsewhere");
        assertThat(only(store.outbox().deliver()).delivered()).isZero();
        assertThat(catalogue.received).containsExactly(record);
    }

    @Test
    void anotherProcessDeliversWhatThisOneKept() {
        Digest record = store(catalogue).append(training("a"));
        Delivery delivery = only(store(catalogue).outbox().deliver());
        assertThat(delivery.delivered()).isEqualTo(1);
        assertThat(catalogue.received).containsExactly(record);
    }

    @Test
    void aReceiverOutOfReachIsLeftInPeaceForLongerAndLonger() {
        LineageStore store = store(catalogue);
        List<Digest> records =
                List.of(store.append(training("a")), store.append(training("b")), store.append(training("c")));
        catalogue.failure = MlopsException.unreachable("The catalogue is away", null);
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Delivery delivery = only(store.outbox().deliver());
            assertThat(delivery.waiting()).isEqualTo(3);
            assertThat(delivery.problem()).isEqualTo("The catalogue is away");
            waits.add(Duration.between(clock.now, delivery.next()));
            Delivery early = only(store.outbox().deliver());
            assertThat(early.next()).isEqualTo(delivery.next());
            clock.now = delivery.next();
        }
        assertThat(waits.subList(0, 3))
                .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(120));
        assertThat(waits.get(9)).isEqualTo(Duration.ofHours(1));
        catalogue.failure = null;
        assertThat(only(store.outbox().deliver())).isEqualTo(new Delivery("catalogue", 3, 0, List.of(), null, null));
        assertThat(catalogue.received).containsExactlyInAnyOrderElementsOf(records);
    }

    @Test
    void deliveringNowDoesNotWaitForTheReceiversPeace() {
        LineageStore store = store(catalogue);
        store.append(training("a"));
        catalogue.failure = MlopsException.unreachable("The catalogue is away", null);
        store.outbox().deliver();
        catalogue.failure = null;
        assertThat(only(store.outbox().deliver()).waiting()).isEqualTo(1);
        assertThat(only(store.outbox().deliverNow()).delivered()).isEqualTo(1);
    }

    @Test
    void oneReceiverOutOfReachDoesNotKeepAnotherWaiting() {
        Catalogue away = new Catalogue("away");
        away.failure = MlopsException.unreachable("away", null);
        LineageStore store = store(away, catalogue);
        store.append(training("a"));
        assertThat(store.outbox().deliver()).extracting(Delivery::delivered).containsExactly(0, 1);
    }

    @Test
    void aRecordThatIsNotWantedIsSetAsideAndNamed() {
        LineageStore store = store(catalogue);
        Digest record = store.append(training("a"));
        catalogue.failure = MlopsException.failed("It lacks a field");
        Delivery delivery = only(store.outbox().deliver());
        Delivery.Rejection rejection = new Delivery.Rejection(record, START, "It lacks a field");
        assertThat(delivery).isEqualTo(new Delivery("catalogue", 0, 0, List.of(rejection), null, null));
        catalogue.failure = null;
        store.append(training("b"));
        assertThat(only(store.outbox().deliver()).delivered()).isEqualTo(1);
        assertThat(store.outbox().rejected()).isEqualTo(Map.of("catalogue", List.of(rejection)));
        store.outbox().markRejected();
        assertThat(only(store.outbox().deliver()).delivered()).isEqualTo(1);
        assertThat(store.outbox().rejected().get("catalogue")).isEmpty();
    }

    @Test
    void whoDiesWhileTheReceiverTakesARecordHandsItOverAgain() {
        LineageStore store = store(catalogue);
        Digest record = store.append(training("a"));
        catalogue.death = new ThreadDeath();
        assertThatThrownBy(() -> store.outbox().deliver()).isSameAs(catalogue.death);
        catalogue.death = null;
        assertThat(only(store(catalogue).outbox().deliver()).delivered()).isEqualTo(1);
        assertThat(catalogue.received).containsExactly(record, record);
    }

    @Test
    void aMarkWithoutARecordWaitsForIt() {
        LineageStore store = store(catalogue);
        Statement statement = training("late");
        store.outbox().mark(statement.digest());
        assertThat(only(store.outbox().deliver())).isEqualTo(new Delivery("catalogue", 0, 0, List.of(), null, null));
        store.restore(statement.digest(), statement.toBytes(), "the writer that was slow");
        assertThat(only(store.outbox().deliver()).delivered()).isEqualTo(1);
    }

    @Test
    void aDamagedRecordIsSetAside() throws IOException {
        LineageStore store = store(catalogue);
        Digest record = store.append(training("a"));
        byte[] other = training("b").toBytes();
        Files.write(store.record(record), other);
        assertThat(only(store.outbox().deliver()).rejected())
                .singleElement()
                .satisfies(rejection -> assertThat(rejection.reason()).contains("damaged"));
        assertThat(catalogue.received).isEmpty();
    }

    @Test
    void aReceiverThatComesLaterCanHaveAllRecords() {
        Set<Digest> records = Set.of(store().append(training("a")), store().append(training("b")));
        LineageStore store = store(catalogue);
        assertThat(only(store.outbox().deliver()).delivered()).isZero();
        store.outbox().markAll();
        store.outbox().deliver();
        assertThat(new HashSet<>(catalogue.received)).isEqualTo(records);
    }

    @Test
    void whatWaitsForAReceiverThatIsNotConfiguredAnyMoreIsTold() {
        store(catalogue).append(training("a"));
        assertThat(store().outbox().unattended()).isEqualTo(Map.of("catalogue", 1));
        assertThat(store(catalogue).outbox().unattended()).isEmpty();
    }

    @Test
    void whatWasFetchedIsHandedToNobody() {
        LineageStore store = store(catalogue);
        store.restore(training("a").digest(), training("a").toBytes(), "the evidence store");
        assertThat(only(store.outbox().deliver()).delivered()).isZero();
    }

    @Test
    void recordsMarkedByAnyThreadAreDeliveredWhoeverDelivers() {
        IntStream.range(0, 200).parallel().forEach(i -> {
            LineageStore store = store(catalogue);
            store.append(training("model" + i));
            store.outbox().deliver();
        });
        assertThat(new HashSet<>(catalogue.received)).hasSize(200);
        assertThat(catalogue.received).hasSize(200);
    }

    @Test
    void processesKilledAtWorkLoseNoRecord() throws Exception {
        Path inbox = directory.resolve("inbox");
        for (int i = 0; i < 4; i++) {
            List<Process> workers = List.of(start(inbox, i + "a-"), start(inbox, i + "b-"));
            int enough = 12 * (i + 1);
            while (workers.stream().anyMatch(Process::isAlive) && count(inbox) < enough) {
                Thread.sleep(5);
            }
            for (Process worker : workers) {
                assertThat(worker.isAlive()).as(() -> output(worker)).isTrue();
                worker.destroyForcibly().waitFor();
            }
        }
        LineageStore store = LineageStore.open(directory, List.of(new OutboxWorker.Inbox(inbox)));
        store.outbox().deliverNow();
        try (Stream<Path> records = Files.list(directory.resolve("records"))) {
            assertThat(records.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".")))
                    .allSatisfy(name -> assertThat(inbox.resolve(name)).exists());
        }
        assertThat(count(inbox)).isGreaterThan(40);
    }

    private static String output(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static long count(Path inbox) throws IOException {
        if (!Files.isDirectory(inbox)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(inbox)) {
            return files.count();
        }
    }

    private Process start(Path inbox, String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutboxWorker.class.getName(),
                        directory.toString(),
                        inbox.toString(),
                        name)
                .redirectErrorStream(true)
                .start();
    }
}
