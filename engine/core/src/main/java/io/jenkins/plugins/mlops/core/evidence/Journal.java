package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Numbered entries that several writers add to in one order. Entry {@code n} is the object {@code <journal>/<n in 12
 * digits>.json} and names the digest of entry {@code n - 1}: of the writers who offer an entry for one place exactly one
 * succeeds, and an entry that is changed, left out or put in another place breaks the chain. What a chain cannot show is that
 * its last entries are missing; who remembers the {@link #last} one that they saw can tell.
 *
 * <p>Thread-safe. A method fails with an {@link MlopsException}: FAILED when the chain is broken.
 */
public final class Journal {

    private static final String SCHEMA = "mlops-journal/1";
    private static final String SUFFIX = ".json";
    private static final int DIGITS = 12;
    private static final int PAGE = 1000;

    private final WriteOnce objects;
    private final String name;
    private final Sealing sealing;

    /**
     * An entry.
     *
     * @param number from 1 on
     * @param digest of the bytes as they are kept; the next entry names it
     * @param previous digest of the entry before, null for the first
     * @param signers ids of the trusted keys that signed it
     */
    public record Entry(long number, Digest digest, Digest previous, JsonNode body, Set<String> signers) {

        public Entry {
            signers = Set.copyOf(signers);
        }
    }

    /** What is inside the seal. @param journal its name, so that an entry cannot be put into another journal */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(
            @JsonProperty(value = "schema", required = true) String schema,

            @JsonProperty(value = "journal", required = true)
            String journal,

            @JsonProperty(value = "number", required = true) long number,
            @JsonProperty("previous") Digest previous,
            @JsonProperty(value = "body", required = true) JsonNode body) {}

    /** @param name of the journal in the store, such as {@code log} */
    public Journal(WriteOnce objects, String name, Sealing sealing) {
        this.objects = objects;
        this.name = name;
        this.sealing = sealing;
    }

    /**
     * The newest entry; empty when there is none. Takes about twice the binary logarithm of its number in requests.
     *
     * @throws MlopsException of kind FAILED when it meets a gap; only {@link #after} with null looks at every entry
     */
    public Optional<Entry> last() {
        long low = 0; // this one is there, or is none; high is not there
        long high = 1;
        while (exists(high)) {
            low = high;
            high *= 2;
        }
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (exists(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return newest(low == 0 ? null : entry(low).orElseThrow());
    }

    /** As {@link #last()}, for who knows an entry that is near the end. @param known null for none */
    public Optional<Entry> last(Entry known) {
        return known == null ? last() : newest(known);
    }

    /** Goes on from an entry near the end, so that one that is missing before others is noticed. */
    private Optional<Entry> newest(Entry near) {
        List<Entry> newer = after(near);
        return newer.isEmpty() ? Optional.ofNullable(near) : Optional.of(newer.get(newer.size() - 1));
    }

    /**
     * The entries after the given one, in order, checked to be a chain that goes on from it.
     *
     * @param known null for all
     */
    public List<Entry> after(Entry known) {
        List<Entry> entries = new ArrayList<>();
        Entry before = known;
        List<Entry> page;
        do {
            page = after(before, PAGE);
            entries.addAll(page);
            before = page.isEmpty() ? before : page.get(page.size() - 1);
        } while (page.size() == PAGE);
        return entries;
    }

    /**
     * As {@link #after(Entry)}, for a journal that is read page by page.
     *
     * @param limit how many at most, 1 to 1000; fewer come only at the end
     */
    public List<Entry> after(Entry known, int limit) {
        long last = known == null ? 0 : known.number();
        List<String> names = whole(objects.names(name + "/", object(last), limit), last, limit);
        List<Optional<byte[]>> contents = objects.readAll(names);
        List<Entry> entries = new ArrayList<>();
        Entry before = known;
        for (int i = 0; i < names.size(); i++) {
            String found = names.get(i);
            Entry entry = parse(found, contents.get(i).orElseThrow(() -> broken(found, "vanished while it was read")));
            String breach = breach(before, entry);
            if (breach != null) {
                throw MlopsException.failed("The journal " + name + " " + breach);
            }
            entries.add(entry);
            before = entry;
        }
        return entries;
    }

    /**
     * A list is no snapshot: of entries that are added while it is made it may show a later one without an earlier one, in a directory of
     * more names than one read of it gives. So what it lacks is looked for by its name.
     */
    private List<String> whole(List<String> listed, long last, int limit) {
        List<String> names = new ArrayList<>();
        long next = last + 1;
        for (String found : listed) {
            while (object(next).compareTo(found) < 0 && exists(next)) {
                names.add(object(next++));
            }
            names.add(found);
            if (object(next).equals(found)) {
                next++;
            }
        }
        return names.subList(0, Math.min(limit, names.size()));
    }

    /** An entry by its number, whatever stands before it. */
    public Optional<Entry> entry(long number) {
        return read(object(number));
    }

    /**
     * Adds an entry right after the given one.
     *
     * @param last null for the first entry of all
     * @return empty when another writer's entry is there
     */
    public Optional<Entry> offer(Entry last, JsonNode body) {
        long number = last == null ? 1 : last.number() + 1;
        Page page = new Page(SCHEMA, name, number, last == null ? null : last.digest(), body);
        byte[] bytes = sealing.seal(Documents.toJson(page).getBytes(StandardCharsets.UTF_8));
        String object = object(number);
        return objects.add(object, bytes) ? Optional.of(parse(object, bytes)) : Optional.empty();
    }

    /** Adds an entry at the end, after those that others add meanwhile. @param known an entry near the end, or null */
    public Entry append(Entry known, JsonNode body) {
        Entry last = last(known).orElse(null);
        Optional<Entry> added = offer(last, body);
        while (added.isEmpty()) {
            last = last(last).orElse(null);
            added = offer(last, body);
        }
        return added.get();
    }

    /** What is wrong with an entry that comes right after another one, null for nothing. @param before null for the beginning */
    static String breach(Entry before, Entry entry) {
        long expected = before == null ? 1 : before.number() + 1;
        if (entry.number() != expected) {
            return "breaks: it lacks its entry " + expected + ": entry " + entry.number()
                    + " is the next one; something was deleted from the evidence store";
        }
        Digest previous = before == null ? null : before.digest();
        return Objects.equals(previous, entry.previous())
                ? null
                : "breaks: entry " + entry.number() + " follows " + entry.previous() + ", and the entry before it is "
                        + previous + ": one of the two was replaced";
    }

    private boolean exists(long number) {
        return objects.exists(object(number));
    }

    private Optional<Entry> read(String object) {
        return objects.read(object).map(bytes -> parse(object, bytes));
    }

    /** @throws MlopsException of kind FAILED when the bytes are no entry of that place */
    Entry parse(String object, byte[] bytes) {
        Sealing.Opened opened = sealing.open(bytes, object);
        Page page;
        try {
            page = Documents.readJson(new String(opened.payload(), StandardCharsets.UTF_8), object, Page.class);
        } catch (MlopsException e) {
            throw broken(object, "is no entry of a journal (" + e.getMessage() + ")");
        }
        if (!SCHEMA.equals(page.schema()) || !name.equals(page.journal()) || !object.equals(object(page.number()))) {
            throw broken(object, "is an entry of another place: " + page.journal() + " " + page.number());
        }
        return new Entry(page.number(), Digest.of(bytes), page.previous(), page.body(), opened.signers());
    }

    private MlopsException broken(String object, String why) {
        return MlopsException.failed("The entry " + object + " in " + objects.location() + " " + why);
    }

    String object(long number) {
        return name + "/" + String.format("%0" + DIGITS + "d", number) + SUFFIX;
    }
}
