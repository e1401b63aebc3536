package io.jenkins.plugins.mlops.core.sample;

import io.jenkins.plugins.mlops.core.digest.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Numbers texts from 0 in the order in which they are first seen. Of each it keeps half a SHA-256 and not the text itself, so that
 * millions of long names take little memory, and no one finds two names that are taken for one.
 */
final class TextNumbers {

    private static final int FIRST_CAPACITY = 1024;

    private final MessageDigest sha256 = Digest.newSha256();
    private long[] high = new long[FIRST_CAPACITY];
    private long[] low = new long[FIRST_CAPACITY];
    /** Open addressing: number + 1, or 0 for a free slot; always at least half are free. */
    private int[] slots = new int[2 * FIRST_CAPACITY];

    private int size;

    /** The text's number: {@link #size()} as it was before, when the text is new. */
    int number(String text) {
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        long first = digest.getLong();
        long second = digest.getLong();
        int slot = (int) first & slots.length - 1;
        while (slots[slot] != 0) {
            int number = slots[slot] - 1;
            if (high[number] == first && low[number] == second) {
                return number;
            }
            slot = slot + 1 & slots.length - 1;
        }
        if (size == high.length) {
            grow();
            slot = freeSlot(first);
        }
        high[size] = first;
        low[size] = second;
        slots[slot] = size + 1;
        return size++;
    }

    int size() {
        return size;
    }

    /** Numbers in an order that depends on the texts alone, not on when each was seen. */
    int[] canonicalOrder() {
        long[] sorted = Arrays.copyOf(high, size);
        Arrays.sort(sorted);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            if (i > 0 && sorted[i] == sorted[i - 1]) {
                return orderByWholeDigest();
            }
            order[i] = withHigh(sorted[i]);
        }
        return order;
    }

    /** Half of what is known of the text with the number; equal texts have equal ones. */
    long high(int number) {
        return high[number];
    }

    /** The other half. */
    long low(int number) {
        return low[number];
    }

    private int[] orderByWholeDigest() {
        return IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(i -> high[i]).thenComparingLong(i -> low[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private int withHigh(long first) {
        int slot = (int) first & slots.length - 1;
        while (high[slots[slot] - 1] != first) {
            slot = slot + 1 & slots.length - 1;
        }
        return slots[slot] - 1;
    }

    private int freeSlot(long first) {
        int slot = (int) first & slots.length - 1;
        while (slots[slot] != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void grow() {
        high = Arrays.copyOf(high, 2 * size);
        low = Arrays.copyOf(low, 2 * size);
        slots = new int[4 * size];
        for (int number = 0; number < size; number++) {
            slots[freeSlot(high[number])] = number + 1;
        }
    }
}
