package io.jenkins.plugins.mlops.core.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir
    private Path directory;

    private Journal journal;

    @BeforeEach
    void open() {
        journal = new Journal(new DirectoryObjects(directory), "log", Sealing.bare());
    }

    private static JsonNode body(int value) {
        return IntNode.valueOf(value);
    }

    @Test
    void theLastEntryIsFoundHoweverManyThereAre() {
        assertThat(journal.last()).isEmpty();
        Journal.Entry last = null;
        for (int i = 1; i <= 40; i++) {
            last = journal.append(last, body(i));
            assertThat(journal.last()).contains(last);
        }
        assertThat(journal.after(null)).hasSize(40);
        assertThat(journal.last(journal.entry(7).orElseThrow())).contains(last);
    }

    @Test
    void oneWriterAloneGetsAPlace() {
        Journal.Entry first = journal.offer(null, body(1)).orElseThrow();
        assertThat(journal.offer(null, body(2))).isEmpty();
        assertThat(journal.offer(null, body(1)))
                .as("the same once more, as after a lost answer")
                .contains(first);
    }

    @Test
    void writersAtOnceAllGetInAndKeepTheChain() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(8);
        List<Future<Journal.Entry>> entries = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> entries.add(writers.submit(() -> journal.append(null, body(i)))));
        for (Future<Journal.Entry> entry : entries) {
            entry.get();
        }
        writers.shutdown();
        assertThat(journal.after(null))
                .extracting(entry -> entry.body().asInt())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).boxed().toList());
    }

    @Test
    void whatIsChangedDeletedOrMovedIsFound() throws Exception {
        for (int i = 1; i <= 5; i++) {
            journal.append(null, body(i));
        }
        Path third = directory.resolve("log/000000000003.json");
        byte[] kept = Files.readAllBytes(third);

        Files.delete(third);
        assertBroken("lacks its entry 3");
        Files.write(third, new String(kept, "UTF-8").replace("3", "7").getBytes("UTF-8"));
        assertBroken("another place");
        Files.write(third, (new String(kept, "UTF-8") + "\n").getBytes("UTF-8"));
        assertBroken("entry 4 follows");
        Files.write(third, List.of("{"));
        assertBroken("no entry of a journal");
        Files.copy(
                directory.resolve("log/000000000002.json"), third, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertBroken("another place");
        Files.write(third, kept);
        assertThat(journal.after(null)).hasSize(5);
    }

    /** As of a directory into which others write while it is listed. */
    @Test
    void whatAListLacksIsLookedForBeforeItIsMissed() throws Exception {
        for (int i = 1; i <= 9; i++) {
            journal.append(null, body(i));
        }
        Path unlisted = directory.resolve("log/000000000004.json");
        Journal read = new Journal(new Torn(new DirectoryObjects(directory)), "log", Sealing.bare());
        assertThat(read.after(null)).isEqualTo(journal.after(null)).hasSize(9);
        assertThat(read.after(journal.entry(3).orElseThrow(), 2))
                .extracting(Journal.Entry::number)
                .containsExactly(4L, 5L);
        assertThat(read.last()).isEqualTo(journal.last());

        Files.delete(unlisted);
        assertThatThrownBy(() -> read.after(null)).hasMessageContaining("lacks its entry 4");
    }

    @Test
    void theLastEntryIsNotTakenForAnEarlierOne() throws Exception {
        for (int i = 1; i <= 5; i++) {
            journal.append(null, body(i));
        }
        Files.delete(directory.resolve("log/000000000004.json"));
        assertThatThrownBy(journal::last).hasMessageContaining("lacks its entry 4");
    }

    private void assertBroken(String why) {
        assertThatThrownBy(() -> journal.after(null))
                .isInstanceOf(MlopsException.class)
                .hasMessageContaining(why);
    }

    /** Does not list some of what it has. */
    private static final class Torn extends ForwardedObjects {

        Torn(WriteOnce objects) {
            super(objects);
        }

        @Override
        public List<String> names(String prefix, String after, int limit) {
            return super.names(prefix, after, PAGE).stream()
                    .filter(name -> !name.matches("log/0+[1458]\\.json"))
                    .limit(limit)
                    .toList();
        }
    }
}
