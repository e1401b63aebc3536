package io.jenkins.plugins.mlops.core.evidence;

import com.fasterxml.jackson.databind.node.NullNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.digest.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a whole journal, and goes on where {@link Journal} breaks off: at what is damaged, missing or in the wrong order. */
final class JournalAudit {

    private static final Pattern ENTRY = Pattern.compile("(.+)/([0-9]{12})\\.json");

    private final WriteOnce objects;
    private final Journal journal;
    private final String name;

    JournalAudit(EvidenceStore evidence, String name) {
        this.objects = evidence.objects();
        this.journal = evidence.journal(name);
        this.name = name;
    }

    /** The journal that an object would be an entry of; empty for one that is none by its name. */
    static Optional<String> journalOf(String object) {
        Matcher parts = ENTRY.matcher(object);
        return parts.matches() ? Optional.of(parts.group(1)) : Optional.empty();
    }

    /**
     * Reads every entry.
     *
     * @param each hears every entry that can be read
     * @param problem hears the name of an object and what is wrong with it
     * @return the last object that stands where an entry belongs, null for none
     */
    Journal.Entry run(Consumer<Journal.Entry> each, BiConsumer<String, String> problem) {
        Journal.Entry before = null;
        String after = "";
        List<String> names;
        do {
            names = objects.names(name + "/", after, WriteOnce.PAGE);
            List<Optional<byte[]>> contents = objects.readAll(names);
            for (int i = 0; i < names.size(); i++) {
                after = names.get(i);
                if (journalOf(after).filter(name::equals).isPresent()) {
                    before = entry(after, contents.get(i), before, each, problem);
                }
            }
        } while (names.size() == WriteOnce.PAGE);
        return before;
    }

    private Journal.Entry entry(
            String object,
            Optional<byte[]> content,
            Journal.Entry before,
            Consumer<Journal.Entry> each,
            BiConsumer<String, String> problem) {
        if (content.isEmpty()) {
            problem.accept(object, "it vanished while it was read");
            return before;
        }
        Journal.Entry entry;
        boolean readable = true;
        try {
            entry = journal.parse(object, content.get());
        } catch (MlopsException e) {
            problem.accept(object, e.getMessage());
            readable = false;
            Digest previous = before == null ? null : before.digest();
            entry = new Journal.Entry(number(object), Digest.of(content.get()), previous, NullNode.instance, Set.of());
        }
        String breach = Journal.breach(before, entry);
        if (breach != null) {
            problem.accept(object, "the chain " + breach);
        }
        if (readable) {
            each.accept(entry);
        }
        return entry;
    }

    private static long number(String object) {
        return Long.parseLong(object.substring(object.lastIndexOf('/') + 1, object.length() - ".json".length()));
    }
}
