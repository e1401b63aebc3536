package io.jenkins.plugins.mlops.core.inspection;

import io.jenkins.plugins.mlops.core.digest.KeyTable;
import java.util.BitSet;

/**
 * Which images a document names that knows nothing of the set's directories: by file name, with or without its suffix. Images of one
 * name in several directories are one to it. Not thread-safe.
 */
final class ImageNames {

    private final KeyTable byName = new KeyTable();
    private final KeyTable byStem = new KeyTable();
    private final BitSet named = new BitSet();
    private int count;

    void add(String path) {
        String name = LabelPaths.name(path);
        int number = byName.putIfAbsent(name, count);
        if (number < 0) {
            byStem.putIfAbsent(FileKind.withoutSuffix(name), count++);
        }
    }

    /** Notes that an image is named. @return false when there is none of that name */
    boolean name(String text) {
        String name = LabelPaths.name(text.replace('\\', '/'));
        int number = byName.get(name);
        number = number < 0 ? byStem.get(name) : number;
        if (number < 0) {
            return false;
        }
        named.set(number);
        return true;
    }

    boolean isNamed(String path) {
        int number = byName.get(LabelPaths.name(path));
        return number >= 0 && named.get(number);
    }
}
